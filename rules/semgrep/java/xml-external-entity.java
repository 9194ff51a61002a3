@RestController
class InvoiceController {
    @PostMapping("/invoices")
    Document load(@RequestParam MultipartFile file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        // ruleid: java.xml-external-entity
        return factory.newDocumentBuilder().parse(file.getInputStream());
    }

    @PostMapping("/closed")
    Document closed(@RequestParam MultipartFile file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        // ok: java.xml-external-entity
        return factory.newDocumentBuilder().parse(file.getInputStream());
    }

    @PostMapping("/stream")
    XMLStreamReader stream(HttpServletRequest request) throws Exception {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        // ruleid: java.xml-external-entity
        return factory.createXMLStreamReader(request.getInputStream());
    }

    Document own() throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        // ok: java.xml-external-entity
        return factory.newDocumentBuilder().parse(new File("defaults.xml"));
    }
}

@RestController
class ImportController {
    @PostMapping("/import")
    Object load(@RequestParam MultipartFile file) throws Exception {
        // ruleid: java.unsafe-deserialization
        return new ObjectInputStream(file.getInputStream()).readObject();
    }

    @PostMapping("/filtered")
    Object filtered(@RequestParam MultipartFile file) throws Exception {
        // ok: java.unsafe-deserialization
        ObjectInputStream stream = new ObjectInputStream(file.getInputStream());
        stream.setObjectInputFilter(FILTER);
        return stream.readObject();
    }

    @PostMapping("/settings")
    Object settings(@RequestBody String text) {
        // ruleid: java.unsafe-deserialization
        return new Yaml().load(text);
    }

    @PostMapping("/typed")
    Settings typed(@RequestBody String text) throws Exception {
        // ok: java.unsafe-deserialization
        return objectMapper.readValue(text, Settings.class);
    }

    Object cached(byte[] bytes) throws Exception {
        // ok: java.unsafe-deserialization
        return new ObjectInputStream(new ByteArrayInputStream(bytes)).readObject();
    }
}

@RestController
class FileController {
    @GetMapping("/files")
    byte[] read(@RequestParam String name) throws IOException {
        // ruleid: java.path-traversal
        return Files.readAllBytes(Paths.get(FOLDER, name));
    }

    @GetMapping("/last")
    byte[] last(@RequestParam String name) throws IOException {
        // ok: java.path-traversal
        return Files.readAllBytes(Paths.get(FOLDER, FilenameUtils.getName(name)));
    }

    @GetMapping("/checked")
    Resource checked(@RequestParam String name) {
        Path path = FOLDER.resolve(name).normalize();
        if (!path.startsWith(FOLDER)) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        // ok: java.path-traversal
        return new FileSystemResource(path);
    }

    @PostMapping("/upload")
    void upload(@RequestParam("file") MultipartFile file) throws IOException {
        // ruleid: java.path-traversal
        file.transferTo(new File(FOLDER, file.getOriginalFilename()));
        // ok: java.path-traversal
        file.transferTo(new File(FOLDER, UUID.randomUUID() + ".bin"));
        String name = FileUtil.verifyFilename(file.getOriginalFilename());
        // ok: java.path-traversal
        file.transferTo(new File(FOLDER + name));
    }

    @GetMapping("/pages/{id}")
    byte[] page(@PathVariable Long id) throws IOException {
        // ok: java.path-traversal
        return Files.readAllBytes(Paths.get(FOLDER, id + ".html"));
    }
}

class Importer {
    void load() {
        try {
            read();
        } catch (Exception e) {
            // ruleid: java.lost-stack-trace
            log.error("cannot import: {}", e.getMessage());
        }
    }

    void kept() {
        try {
            read();
        } catch (Exception e) {
            // ok: java.lost-stack-trace
            log.error("cannot import", e);
        }
    }

    void passedOn() {
        try {
            read();
        } catch (Exception e) {
            // ok: java.lost-stack-trace
            log.error("cannot import: {}", e.getMessage());
            throw new IllegalStateException(e);
        }
    }

    void expected() {
        try {
            read();
        } catch (FileNotFoundException e) {
            // ok: java.lost-stack-trace
            log.error("no file: {}", e.getMessage());
        }
    }
}

//! What lies in a server's store.

use super::Town;

impl Town {
    /// Whether any stored change of a server contains a text.
    pub fn holds_text(&mut self, at: &str, text: &str) -> bool {
        let server = self.host(at);
        let bodies = server.ledger().read(|reader| {
            let mut found = false;
            for record in reader.records(None, 1000)? {
                for hash in reader.history(&record)? {
                    let body = reader.change_body(&hash)?.unwrap_or_default();
                    found |= body
                        .windows(text.len())
                        .any(|window| window == text.as_bytes());
                }
            }
            Ok::<_, linli_store::StoreError>(found)
        });
        bodies.unwrap()
    }

    pub fn records(&mut self, at: &str) -> usize {
        self.host(at)
            .ledger()
            .read(|reader| reader.records(None, 1000))
            .unwrap()
            .len()
    }
}

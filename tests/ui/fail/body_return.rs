mod plain {
    #[inline]
    async fn later() -> String {
        if true {
            return "";
        }
        String::new()
    }

    #[inline]
    fn now() -> Result<u8, String> {
        if true {
            return Ok("");
        }
        Ok(1)
    }
}

mod traced {
    #[traceable::traceable]
    async fn later() -> String {
        if true {
            return "";
        }
        String::new()
    }

    #[traceable::traceable]
    fn now() -> Result<u8, String> {
        if true {
            return Ok("");
        }
        Ok(1)
    }
}

fn main() {}

mod plain {
    #[inline]
    fn now(text: &str) -> u8 {
        text.parse()?
    }

    #[inline]
    async fn later(text: &str) -> Result<u8, String> {
        Ok(text.parse::<u8>()?)
    }
}

mod traced {
    #[traceable::traceable]
    fn now(text: &str) -> u8 {
        text.parse()?
    }

    #[traceable::traceable]
    async fn later(text: &str) -> Result<u8, String> {
        Ok(text.parse::<u8>()?)
    }
}

fn main() {}

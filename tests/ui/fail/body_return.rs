mod plain {
    #[inline]
    async fn later() -> String {
        if true {
            return "";
        }
        String::new()
    }

    #[inline]
    fn now() -> u8 {
        if true {
            return "";
        }
        1
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
    fn now() -> u8 {
        if true {
            return "";
        }
        1
    }
}

fn main() {}

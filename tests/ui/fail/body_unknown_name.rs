mod plain {
    #[inline]
    fn now(text: String) -> usize {
        texd.len()
    }

    #[inline]
    async fn later(text: String) -> usize {
        text.lenn()
    }
}

mod traced {
    #[traceable::traceable]
    fn now(text: String) -> usize {
        texd.len()
    }

    #[traceable::traceable]
    async fn later(text: String) -> usize {
        text.lenn()
    }
}

fn main() {}

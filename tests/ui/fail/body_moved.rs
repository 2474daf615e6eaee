mod plain {
    #[inline]
    fn now(text: String) -> usize {
        drop(text);
        text.len()
    }

    #[inline]
    async fn later(text: String) -> usize {
        drop(text);
        text.len()
    }
}

mod traced {
    #[traceable::traceable]
    fn now(text: String) -> usize {
        drop(text);
        text.len()
    }

    #[traceable::traceable]
    async fn later(text: String) -> usize {
        drop(text);
        text.len()
    }
}

fn main() {}

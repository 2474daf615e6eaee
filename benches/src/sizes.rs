//! How much larger a future is for being annotated: three levels with an argument of 1 KiB, beside `tracing` and
//! `fastrace`.

use std::hint::black_box;

#[derive(Clone, serde::Serialize)]
struct Big(#[serde(serialize_with = "length")] [u8; 1024]);

fn length<S: serde::Serializer>(bytes: &[u8; 1024], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(bytes.len() as u64)
}

macro_rules! levels {
    ($(#[$a:meta])*) => {
        $(#[$a])*
        async fn one(big: Big) -> usize {
            std::future::ready(()).await;
            black_box(&big).0.len()
        }

        $(#[$a])*
        async fn two(big: Big) -> usize {
            one(big.clone()).await + black_box(&big).0.len()
        }

        $(#[$a])*
        async fn three(big: Big) -> usize {
            two(big.clone()).await + black_box(&big).0.len()
        }

        pub(super) fn sizes() -> [usize; 3] {
            let big = Big([0; 1024]);
            [
                std::mem::size_of_val(&one(big.clone())),
                std::mem::size_of_val(&two(big.clone())),
                std::mem::size_of_val(&three(big)),
            ]
        }
    };
}

mod plain {
    use super::*;
    levels!();
}
mod ours {
    use super::*;
    levels!(#[traceable::traceable]);
}
mod tracing_ {
    use super::*;
    levels!(#[tracing::instrument(skip_all)]);
}
mod fastrace_ {
    use super::*;
    levels!(#[fastrace::trace]);
}

fn main() {
    let plain = plain::sizes();
    println!("{:<12}{:>8}{:>8}{:>8}{:>10}", "bytes", "1 level", "2", "3", "ratio");
    for (peer, sizes) in [
        ("plain", plain),
        ("traceable", ours::sizes()),
        ("tracing", tracing_::sizes()),
        ("fastrace", fastrace_::sizes()),
    ] {
        let ratio = sizes[2] as f64 / plain[2] as f64;
        println!("{peer:<12}{:>8}{:>8}{:>8}{ratio:>10.2}", sizes[0], sizes[1], sizes[2]);
    }
}

//! Files made by code: a picture, a sound, a table.

use std::io::Write;

use flate2::{Compression, Crc, write::ZlibEncoder};
use serde_json::json;
use traceable_core::Timestamp;

use super::trace::{Step, Trace, extra, model, usage};

/// A run with a picture, a sound and a text.
pub(crate) fn describe_picture(at: Timestamp) -> Trace {
    let mut trace = Trace::new(at, "describe_picture", 900_000);
    let root = trace.run(Step::new(
        "describe_picture",
        "chain",
        None,
        0,
        2_240,
        json!({
            "inputs": {"question": "What is in the picture, and what is to be heard?"},
            "outputs": {"answer": "A sun above a green hill; a single tone."},
            "tags": ["attachments"],
            "extra": extra(json!({"user": "ada"})),
        }),
    ));
    let look = trace.run(Step::new(
        "look",
        "llm",
        Some(root),
        12,
        2_200,
        json!({
            "inputs": {"messages": [{"role": "user", "content": "Describe the attached files."}]},
            "outputs": {
                "messages": [{"role": "assistant", "content": "A sun above a green hill; a single tone."}],
                "usage_metadata": usage(1_105, 14, 0.001105, 0.000056),
            },
            "extra": model("example", "example-vision-1", json!({})),
        }),
    ));
    trace.file(root, "picture", "image/png", png(160, 96));
    trace.file(root, "notes.txt", "text/plain", b"Taken at noon.\nDo not scale up.\n".to_vec());
    trace.file(look, "tone", "audio/wav", wav(120));
    trace.file(look, "table.csv", "text/csv", b"thing,seen\nsun,yes\nhill,yes\nhouse,no\n".to_vec());
    trace
}

/// A sun above a hill.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..height {
        // each line begins with its filter: none
        pixels.push(0);
        for x in 0..width {
            pixels.extend_from_slice(&colour(x, y, width, height));
        }
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut head = Vec::new();
    head.extend_from_slice(&width.to_be_bytes());
    head.extend_from_slice(&height.to_be_bytes());
    // 8 bits of red, green and blue; no interlace
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    chunk(&mut png, b"IHDR", &head);
    chunk(&mut png, b"IDAT", &compress(&pixels));
    chunk(&mut png, b"IEND", &[]);
    png
}

fn colour(x: u32, y: u32, width: u32, height: u32) -> [u8; 3] {
    let (x, y, width, height) = (i64::from(x), i64::from(y), i64::from(width), i64::from(height));
    let (right, down) = (x - width * 3 / 4, y - height / 4);
    let radius = height / 7;
    // a parabola with its top in the middle
    let hill = height / 2 + (2 * x - width).pow(2) / (3 * width);
    if right * right + down * down <= radius * radius {
        [250, 205, 90]
    } else if y > hill {
        [70, 130, 85]
    } else {
        [150, 190, u8::try_from(200 + 50 * y / height).unwrap_or(u8::MAX)]
    }
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    // memory takes all that is written
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(data);
    png.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    png.extend_from_slice(kind);
    png.extend_from_slice(data);
    png.extend_from_slice(&crc.sum().to_be_bytes());
}

/// A tone of 500 Hz, 8 bits, mono.
fn wav(length_ms: u32) -> Vec<u8> {
    const RATE: u32 = 8_000;
    const STEPS: [u8; 16] = [128, 140, 152, 164, 176, 164, 152, 140, 128, 116, 104, 92, 80, 92, 104, 116];
    let samples = RATE * length_ms / 1_000;
    let mut wav = b"RIFF".to_vec();
    wav.extend_from_slice(&(36 + samples).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wav.extend_from_slice(&RATE.to_le_bytes());
    // bytes per second, bytes per sample, bits per sample
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&[1, 0, 8, 0]);
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&samples.to_le_bytes());
    wav.extend((0..samples).zip(STEPS.iter().cycle()).map(|(_, level)| level));
    wav
}

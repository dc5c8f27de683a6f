//! Bodies in all encodings, whole and damaged.

use std::io::Write as _;

use omegi_model::envelope::{DecodeError, Encoding, TelemetryRecord, compress, decompress};
use proptest::prelude::*;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn every_encoding_is_read_up_to_the_limit_and_not_beyond() {
    let body = b"telemetry ".repeat(100);
    for (encoding, compressed) in [
        (Encoding::Identity, body.clone()),
        (Encoding::Gzip, gzip(&body)),
        (Encoding::Deflate, zlib(&body)),
        (Encoding::Deflate, deflate(&body)),
        (Encoding::Zstd, compress(&body).unwrap()),
    ] {
        assert_eq!(
            decompress(encoding, &compressed, body.len()).unwrap(),
            body,
            "{encoding:?}"
        );
        let over = decompress(encoding, &compressed, body.len() - 1);
        assert!(
            matches!(over, Err(DecodeError::TooLarge(_))),
            "{encoding:?}: {over:?}"
        );
    }
}

#[test]
fn members_of_gzip_and_frames_of_zstd_are_one_body() {
    let members = [gzip(b"one "), gzip(b"two")].concat();
    assert_eq!(
        decompress(Encoding::Gzip, &members, 100).unwrap(),
        b"one two"
    );
    let frame = |body: &[u8]| zstd::bulk::compress(body, 3).unwrap();
    let frames = [frame(b"one "), frame(b"two")].concat();
    assert_eq!(
        decompress(Encoding::Zstd, &frames, 100).unwrap(),
        b"one two"
    );
}

#[test]
fn edge_29_bombs_stop_at_the_limit_and_damage_is_told() {
    let zeros = vec![0; 32 << 20];
    for (encoding, bomb) in [
        (Encoding::Gzip, gzip(&zeros)),
        (Encoding::Zstd, compress(&zeros).unwrap()),
    ] {
        let result = decompress(encoding, &bomb, 1 << 20);
        assert!(
            matches!(result, Err(DecodeError::TooLarge(_))),
            "{encoding:?}"
        );
        let half = decompress(encoding, &bomb[..bomb.len() / 2], 1 << 30);
        assert!(
            matches!(half, Err(DecodeError::Damaged { .. })),
            "{encoding:?}"
        );
    }
    let plain = [
        b"\x1f\x8b\x08".as_slice(),
        b"a gzip header over a plain body",
    ]
    .concat();
    let result = decompress(Encoding::Gzip, &plain, 1 << 20);
    assert!(matches!(result, Err(DecodeError::Damaged { .. })));
}

proptest! {
    #[test]
    fn any_bytes_are_an_envelope_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..96)) {
        let _ = TelemetryRecord::decode(&bytes.into());
    }

    #[test]
    fn any_bytes_are_decompressed_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..96),
        encoding in prop::sample::select(vec![Encoding::Gzip, Encoding::Zstd, Encoding::Deflate]),
    ) {
        let _ = decompress(encoding, &bytes, 1 << 16);
    }
}

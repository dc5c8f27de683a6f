//! Protobuf written front to back; a message's length is put in when it is closed.

/// Protobuf bytes under construction.
#[derive(Debug, Default)]
pub(super) struct Writer {
    out: Vec<u8>,
}

/// Where the content of an open message begins.
#[derive(Debug)]
#[must_use = "an open message has no length yet"]
pub(super) struct Open(usize);

impl Writer {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            out: Vec::with_capacity(bytes),
        }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }

    pub(super) fn varint(&mut self, number: u32, value: u64) {
        self.put(u64::from(number) << 3);
        self.put(value);
    }

    pub(super) fn fixed64(&mut self, number: u32, value: u64) {
        self.put(u64::from(number) << 3 | 1);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn fixed32(&mut self, number: u32, value: u32) {
        self.put(u64::from(number) << 3 | 5);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, number: u32, bytes: &[u8]) {
        self.put(u64::from(number) << 3 | 2);
        self.put(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    /// Begins a nested message, with one byte kept for its length: most are short.
    pub(super) fn open(&mut self, number: u32) -> Open {
        self.put(u64::from(number) << 3 | 2);
        self.out.push(0);
        Open(self.out.len())
    }

    /// Ends it; a long one is moved to make room for its length.
    pub(super) fn close(&mut self, open: Open) {
        let start = open.0;
        let length = self.out.len() - start;
        let mut digits = [0_u8; 10];
        let mut count = 0;
        let mut rest = length as u64;
        for digit in &mut digits {
            *digit = (rest & 0x7f) as u8 | 0x80;
            rest >>= 7;
            count += 1;
            if rest == 0 {
                *digit &= 0x7f;
                break;
            }
        }
        if count > 1 {
            self.out.resize(self.out.len() + count - 1, 0);
            self.out
                .copy_within(start..start + length, start + count - 1);
        }
        let place = self.out.get_mut(start - 1..).unwrap_or_default();
        for (byte, digit) in place.iter_mut().zip(digits.iter().take(count)) {
            *byte = *digit;
        }
    }

    fn put(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }
}

//! Labels: closed sets of values, one or two to a metric.

/// A label whose values are known when the program is compiled. Made by [`label_set!`](crate::label_set).
pub trait Label: Copy + 'static {
    /// Its name, as in `reason`.
    const NAME: &'static str;
    /// Every value, in order of [`index`](Self::index).
    const ALL: &'static [Self];

    /// Place within [`ALL`](Self::ALL).
    fn index(self) -> usize;

    /// As rendered.
    fn value(self) -> &'static str;
}

/// What tells the members of one metric apart: a [`Label`] or a pair of them.
pub trait Labels: Copy + 'static {
    /// How many combinations there are.
    const COUNT: usize;

    /// Place among all combinations, below [`COUNT`](Self::COUNT).
    fn position(self) -> usize;

    /// Every combination, in order of [`position`](Self::position).
    fn each(visit: &mut dyn FnMut(Self));

    /// Names and values, in the order they are rendered.
    fn pairs(self, visit: &mut dyn FnMut(&'static str, &'static str));
}

impl<L: Label> Labels for L {
    const COUNT: usize = L::ALL.len();

    fn position(self) -> usize {
        self.index()
    }

    fn each(visit: &mut dyn FnMut(Self)) {
        for label in L::ALL {
            visit(*label);
        }
    }

    fn pairs(self, visit: &mut dyn FnMut(&'static str, &'static str)) {
        visit(L::NAME, self.value());
    }
}

impl<A: Label, B: Label> Labels for (A, B) {
    const COUNT: usize = A::ALL.len() * B::ALL.len();

    fn position(self) -> usize {
        self.0.index() * B::ALL.len() + self.1.index()
    }

    fn each(visit: &mut dyn FnMut(Self)) {
        for first in A::ALL {
            for second in B::ALL {
                visit((*first, *second));
            }
        }
    }

    fn pairs(self, visit: &mut dyn FnMut(&'static str, &'static str)) {
        visit(A::NAME, self.0.value());
        visit(B::NAME, self.1.value());
    }
}

/// Declares an enum as a [`Label`]: its name after the colon, each variant with the value it renders as.
#[macro_export]
macro_rules! label_set {
    ($(#[$meta:meta])* $vis:vis enum $name:ident: $label:literal {
        $($(#[$variant_meta:meta])* $variant:ident => $value:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $crate::Label for $name {
            const NAME: &'static str = $label;
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn index(self) -> usize {
                self as usize
            }

            fn value(self) -> &'static str {
                match self { $(Self::$variant => $value),+ }
            }
        }
    };
}

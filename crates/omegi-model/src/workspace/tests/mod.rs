//! What people may do, and what it leads to.

mod access;
mod accounts;
mod frozen;
mod grouping;
mod notes;
mod projects;
mod provision;
mod regression;

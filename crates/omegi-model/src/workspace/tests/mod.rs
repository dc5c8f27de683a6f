//! What people may do, and what it leads to.

mod access;
mod accounts;
mod grouping;
mod projects;
mod provision;
mod regression;

//! Translation of small modules: every function passes the verifier and compiles.

//! Float: the product of two matrices of 64 by 64 f64, without vector instructions.

const SIDE: usize = 64;

type Matrix = Vec<[f64; SIDE]>;

fn filled(mut f: impl FnMut(usize, usize) -> f64) -> Matrix {
    (0..SIDE).map(|row| std::array::from_fn(|column| f(row, column))).collect()
}

fn multiply(a: &Matrix, b: &Matrix, product: &mut Matrix) {
    for (row, out) in a.iter().zip(product) {
        out.fill(0.0);
        for (factor, line) in row.iter().zip(b) {
            for (cell, value) in out.iter_mut().zip(line) {
                *cell += factor * value;
            }
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn run(n: u32) -> u32 {
    let a = filled(|row, column| (row * 3 + column) as f64 / 64.0);
    let mut b = filled(|row, column| (row + column * 5) as f64 / 64.0);
    let mut product = filled(|_, _| 0.0);
    let mut sum = 0u32;
    for i in 0..n {
        multiply(&a, &b, &mut product);
        b[i as usize % SIDE][3] = product[5][7] / 1024.0;
        sum = sum.wrapping_add(product[9][11] as u32);
    }
    sum
}

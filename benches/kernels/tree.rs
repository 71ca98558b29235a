//! Allocation and calls: an ordered binary tree of boxes. 1000 insertions, a walk, and the end of all
//! of it.

#[derive(Default)]
struct Tree {
    root: Option<Box<Node>>,
}

struct Node {
    key: u32,
    count: u32,
    left: Option<Box<Node>>,
    right: Option<Box<Node>>,
}

impl Tree {
    fn insert(&mut self, key: u32) {
        let mut place = &mut self.root;
        while let Some(node) = place {
            if node.key == key {
                node.count += 1;
                return;
            }
            place = if key < node.key { &mut node.left } else { &mut node.right };
        }
        *place = Some(Box::new(Node { key, count: 1, left: None, right: None }));
    }
}

fn sum(tree: &Option<Box<Node>>, depth: u32) -> u32 {
    let Some(node) = tree else { return depth };
    let below = sum(&node.left, depth + 1).wrapping_add(sum(&node.right, depth + 1));
    below.wrapping_add(node.key.wrapping_mul(node.count))
}

#[unsafe(no_mangle)]
pub extern "C" fn run(n: u32) -> u32 {
    let (mut random, mut total) = (3u32, 0u32);
    for _ in 0..n {
        let mut tree = Tree::default();
        for _ in 0..1000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            tree.insert(random >> 18);
        }
        total = total.wrapping_add(sum(&tree.root, 0));
    }
    total
}

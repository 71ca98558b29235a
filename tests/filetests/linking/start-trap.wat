;; A trap in a start function ends the instantiation.
;; instantiation-trap: "wasm trap: wasm `unreachable` instruction executed"

(component
  (core module $M (func $start unreachable) (start $start))
  (core instance (instantiate $M)))

package pipeline

import (
	"encoding/json"

	"anonymal.tv/regie/assets"
)

// edit is one value before and after; nil stands for what is not there.
func edit(before, after any) assets.Edit {
	b, _ := json.Marshal(before) // records of assets: always JSON
	a, _ := json.Marshal(after)
	return assets.Edit{Before: b, After: a}
}

// again does once more what reads and then commits, when the state moved in
// between: the worker ended its work on the same record.
func again(do func() error) error {
	err := do()
	for tries := 0; err != nil && assets.KindOf(err) == assets.Conflict && tries < 2; tries++ {
		err = do()
	}
	return err
}

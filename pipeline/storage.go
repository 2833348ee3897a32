package pipeline

import (
	"context"
	"time"

	"anonymal.tv/regie/assets"
)

// StorageView is what is kept, and how long there is room.
type StorageView struct {
	assets.Storage
	Known   bool // the disk can be asked
	Free    int64
	Reserve int64         // stays free
	FullIn  time.Duration // 0 when nothing came for a month
}

const (
	storagePast    = 30 * 24 * time.Hour // over which arrivals are counted
	storageBiggest = 10
)

// ShowStorage counts what is kept.
func (d *Desk) ShowStorage(ctx context.Context) (v StorageView, err error) {
	if v.Storage, err = d.Catalog.Storage(ctx, d.Now().Add(-storagePast), storageBiggest); err != nil {
		return v, err
	}
	if v.Known, v.Reserve = d.Uploads.Free != nil, d.Uploads.Reserve; v.Known {
		if v.Free, err = d.Uploads.Free(d.Uploads.Dir); err != nil {
			return v, err
		}
		v.FullIn = v.Storage.FullIn(v.Free-v.Reserve, storagePast)
	}
	return v, nil
}

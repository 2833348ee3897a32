// Package blobs keeps the bytes: on the local disk by default, in an S3 bucket
// where several machines share the work. Both are an assets.Blobs.
//
// An object is first written where no key can reach it, then synced, then given
// its name in one step; so a crash leaves a nameless file for Sweep and never
// half an object. Nothing is held in memory but one buffer.
//
// It knows no film and forgets nothing by itself: what is no longer referred to
// is for the caller to delete.
package blobs

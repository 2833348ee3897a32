// Package upload takes files in, over tus 1.0 (https://tus.io/protocols/resumable-upload).
// What becomes of them once they are whole, the Desk decides.
package upload

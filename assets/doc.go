// Package assets holds the words of the house: films, versions, rushes, the
// programme they are filed under, their publications and deliveries, what may
// follow what, and the two ports (Catalog and Blobs) through which the rest of
// Régie keeps them.
//
// It does no input or output and imports the standard library only.
package assets

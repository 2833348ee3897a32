// Package catalog keeps the records of the house in SQL: in a SQLite file by
// default, in PostgreSQL where several machines share the work. It is the
// assets.Catalog of both, from the same code.
//
// Every write is one transaction, and a state moves only by compare-and-set
// beside its event. What never changes once written is left out of updates: ID,
// slug and instant of creation; the film, number and master of a version; the
// film and channel of a publication, and its handle, which SaveResume alone
// moves; the file that an upload is of; what an approval is about.
//
// Each event carries a hash over the one before (chain.go): whoever changes the
// log past the program is found by VerifyLog. What lists and searches need and
// records do not say (folded words, orientation, join tables) is derived when a
// record is written, and made anew by Open when the way of making it changed.
//
// It decides nothing about films: what may follow what stands in assets. It
// deletes no record but sessions that have run out, and runs no process.
package catalog

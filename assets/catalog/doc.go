// Package catalog keeps the records of the house in SQL: in a SQLite file by
// default, in PostgreSQL where several machines share the work. It is the
// assets.Catalog of both, from the same code.
//
// Every write is one transaction, and a state moves only by compare-and-set
// beside its event. What never changes once written is left out of updates: ID,
// slug and instant of creation; the film, number and master of a version; the
// film and channel of a publication, and its handle, which SaveResume alone
// moves.
//
// It decides nothing about films: what may follow what stands in assets. It
// deletes no record, and runs no process.
package catalog

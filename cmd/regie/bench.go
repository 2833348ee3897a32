package main

type benchCmd struct {
	Files []string `arg:"" name:"fichier" help:"Films à mesurer." type:"path"`
}

func (c *benchCmd) Run(a *app) error { return nil }

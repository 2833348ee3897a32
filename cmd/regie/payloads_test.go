package main

// hostile are texts that each try to become more than text: in elements,
// attributes, scripts, style sheets, addresses, templates, headers, tables,
// captions and logs. What gets through calls pwned.
var hostile = []string{
	`<script>pwned=1</script>`, `"><script>pwned=1</script>`, `'><img src=x onerror=pwned=1>`, `</title><script>pwned=1</script>`,
	`<img src=x onerror=pwned=1>`, `"><svg onload=pwned=1>`, `<svg><script>pwned=1</script></svg>`, `<iframe src=javascript:pwned=1>`,
	`<body onload=pwned=1>`, `<details open ontoggle=pwned=1>`, `<video><source onerror=pwned=1>`, `<object data=javascript:pwned=1>`,
	`<a href="javascript:pwned=1">x</a>`, `javascript:pwned=1`, "java\tscript:pwned=1", `data:text/html,<script>pwned=1</script>`,
	`" onmouseover="pwned=1`, `" autofocus onfocus="pwned=1`, `' onfocus='pwned=1' autofocus='`, `</textarea><script>pwned=1</script>`,
	`</script><script>pwned=1</script>`, `--><script>pwned=1</script>`, `]]><script>pwned=1</script>`, `</style><script>pwned=1</script>`,
	`\u003cscript\u003epwned=1\u003c/script\u003e`, `\"};pwned=1;//`, `${pwned=1}`, `{{.}}{{template "layout"}}`,
	`<meta http-equiv=refresh content="0;url=//evil.example">`, `<base href=//evil.example/>`, `<link rel=stylesheet href=//evil.example>`,
	`<form action=//evil.example><button>`, `<div hx-get="//evil.example" hx-trigger=load>`, `<math><mtext></p><img src=x onerror=pwned=1>`,
	"\u2028pwned=1\u2029", "<scr\x00ipt>pwned=1</scr\x00ipt>", `=HYPERLINK("//evil.example")`, `+cmd|'/C calc'!A0`, `-2+3`, `@SUM(1)`,
	"x\r\nSet-Cookie: pwned=1", "x\nBcc: evil@example.org", "<c.x onclick=pwned=1>00:00:09.000 --> 00:00:10.000", "\u202egnp.exe\u202c", "\x1b[31mrouge",
	`../../../../etc/passwd`, `%0d%0aX: 1`, `&lt;script&gt;pwned=1&lt;/script&gt;`,
}

// elsewhere are addresses that look as if they stayed in the house.
var elsewhere = []string{
	"//evil.example", "///evil.example", "////evil.example", `/\evil.example`, `\\evil.example`, `\/evil.example`, "/\t/evil.example", "/\n/evil.example",
	"https://evil.example", "http://evil.example/regie", "HTTPS:evil.example", "https:/evil.example", "http:evil.example", "//evil.example/%2f..", "//evil.example@regie",
	"https://regie@evil.example", "javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
	"ftp://evil.example", "mailto:x@evil.example", "evil.example", "evil.example/regie", "./evil.example", "../evil.example", "?x", "#x", "", " ", " //evil.example",
	" https://evil.example", "\x00//evil.example", "\r\n//evil.example", "/regie\r\nLocation: //evil.example", "/regie\nSet-Cookie: x=1", "//%65vil.example", "//[::1]/", "//127.0.0.1:1/",
	"//evil.example:80", "///regie", "//regie/../evil.example", "https://127.0.0.1:8080.evil.example", "http://127.0.0.1:8080@evil.example", "blob:https://evil.example/x",
	"//evil。example", "／／evil.example", "⁄⁄evil.example", "/\u2028/evil.example",
}

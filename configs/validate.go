package configs

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// validate says what cannot work, one sentence for each fault.
func validate(c Config) []string {
	var faults []string
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	oneOf := func(key, value string, allowed ...string) {
		refuse(!slices.Contains(allowed, value), "La clé « %s » vaut « %s » ; les valeurs possibles sont : %s.",
			key, value, strings.Join(allowed, ", "))
	}
	scheme := func(key string, value string, allowed ...string) {
		u, err := url.Parse(value)
		refuse(value != "" && (err != nil || u.Host == "" && u.Path == "" || !slices.Contains(allowed, u.Scheme)),
			"La clé « %s » doit être une adresse qui commence par %s://.", key, strings.Join(allowed, ":// ou "))
	}

	refuse(c.Data == "", "La clé « data » est vide : donnez le dossier où Régie garde tout.")
	_, port, err := net.SplitHostPort(c.Listen)
	refuse(err != nil || port == "", "La clé « listen » vaut « %s » ; écrivez une adresse et un port, par exemple 127.0.0.1:8080.", c.Listen)
	scheme("base_url", c.BaseURL, "http", "https")
	refuse(strings.ContainsAny(c.BaseURL, "?#"), "La clé « base_url » ne doit contenir ni « ? » ni « # ».")
	scheme("database.url", c.Database.URL.Reveal(), "postgres", "postgresql")
	scheme("redis.url", c.Redis.URL.Reveal(), "redis", "rediss", "unix")
	scheme("mail.smtp_url", c.Mail.SMTPURL.Reveal(), "smtp", "smtps")
	address := func(key, value string, needed bool) {
		_, err := mail.ParseAddress(value)
		refuse((needed || value != "") && err != nil, "La clé « %s » vaut « %s » ; écrivez une adresse, par exemple regie@example.org.", key, value)
	}
	address("mail.from", c.Mail.From, !c.Mail.SMTPURL.IsZero())
	address("mail.reply_to", c.Mail.ReplyTo, false)
	_, err = Networks(c.Proxies)
	refuse(err != nil, "La clé « proxies » vaut « %s » ; écrivez des adresses séparées par des virgules, par exemple 127.0.0.1, 10.0.0.0/8.", c.Proxies)
	for _, host := range Names(c.Webhooks.PrivateHosts) {
		refuse(strings.ContainsAny(host, "/@ *"), "La clé « webhooks.private_hosts » vaut « %s » ; écrivez des noms ou des adresses de machines, par exemple nas.local, 192.168.1.20.", c.Webhooks.PrivateHosts)
	}
	validateChannels(c.Channels, refuse)
	_, err = time.Parse("15:04", c.Calendar.Hour)
	refuse(err != nil, "La clé « calendar.hour » vaut « %s » ; écrivez une heure, par exemple 18:00.", c.Calendar.Hour)
	for channel, n := range c.Calendar.After() {
		refuse(n < 0 || n > 24*60, "La clé « calendar.%s_after » vaut %d ; elle va de 0 à 1440 minutes.", channel, n)
	}
	oneOf("storage.kind", c.Storage.Kind, "disk", "s3")
	if c.Storage.Kind == "s3" {
		refuse(c.Storage.S3.Endpoint == "", "La clé « storage.s3.endpoint » est vide : donnez l'hôte du stockage S3.")
		refuse(strings.Contains(c.Storage.S3.Endpoint, "/"),
			"La clé « storage.s3.endpoint » s'écrit sans https:// ni chemin, par exemple s3.example.org:443.")
		refuse(c.Storage.S3.Bucket == "", "La clé « storage.s3.bucket » est vide : donnez le nom du seau S3.")
		refuse(c.Storage.S3.AccessKey.IsZero() || c.Storage.S3.SecretKey.IsZero(),
			"Les clés « storage.s3.access_key » et « storage.s3.secret_key » sont nécessaires avec storage.kind: s3.")
	}
	refuse(c.Consent.Guardians < 1 || c.Consent.Guardians > 2, "La clé « consent.guardians » vaut %d ; écrivez 1 ou 2.", c.Consent.Guardians)
	refuse(c.Consent.Years < 1 || c.Consent.Years > 99, "La clé « consent.years » vaut %d ; elle va de 1 à 99.", c.Consent.Years)
	refuse(c.Media.Jobs < 1 || c.Media.Jobs > 64, "La clé « media.jobs » vaut %d ; elle va de 1 à 64.", c.Media.Jobs)
	refuse(c.Media.MemoryMB < 1024, "La clé « media.memory_mb » vaut %d ; il faut au moins 1024 Mo pour un film.", c.Media.MemoryMB)
	oneOf("media.sandbox", c.Media.Sandbox, "auto", "off")
	refuse(c.Media.FFmpeg == "", "La clé « media.ffmpeg » est vide : donnez le nom ou le chemin du programme.")
	refuse(c.Media.FFprobe == "", "La clé « media.ffprobe » est vide : donnez le nom ou le chemin du programme.")
	for key, n := range map[string]int{"keep_hours": c.Uploads.KeepHours, "quota_gb": c.Uploads.QuotaGB, "largest_gb": c.Uploads.LargestGB} {
		refuse(n < 1, "La clé « uploads.%s » vaut %d ; il faut au moins 1.", key, n)
	}
	refuse(c.Uploads.ReserveGB < 0, "La clé « uploads.reserve_gb » vaut %d ; elle ne peut pas être négative.", c.Uploads.ReserveGB)
	refuse(c.Site.Title == "", "La clé « site.title » est vide : le site a besoin d'un nom.")
	oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	oneOf("log.format", c.Log.Format, "text", "json")
	return faults
}

// Networks reads a list of addresses and networks, separated by commas.
func Networks(list string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for part := range strings.SplitSeq(list, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if ip, err := netip.ParseAddr(part); err == nil {
			all = append(all, netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, err
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// Names reads a list of names of machines, separated by commas.
func Names(list string) []string {
	var all []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.ToLower(strings.TrimSpace(name)); name != "" {
			all = append(all, name)
		}
	}
	return all
}

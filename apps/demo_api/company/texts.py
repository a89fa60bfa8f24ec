"""Words for titles, summaries and updates."""

SYMPTOMS = {
    "Minor": (
        "{service}: slow responses for a few customers",
        "{service} shows stale data",
        "Warnings from {service} after the nightly job",
        "{service}: falsche Umlaute in Überschriften",
    ),
    "Major": (
        "{service} returns errors for some requests",
        "Queue of {service} is growing",
        "{service} : délais de réponse très élevés",
        "Retries exhausted in {service} – Kunden warten",
        "{service} cannot reach its database",
    ),
    "Critical": (
        "{service} is down",
        "No requests reach {service}",
        "{service} loses messages",
        "Ausfall: {service} antwortet nicht",
    ),
    "Kritisch – Größtschaden": (
        "Everything behind {service} is unavailable",
        "{service} 全面停止 – crisis team called",
    ),
}

SUMMARIES = (
    "First seen by {reporter}. Error rate of {service} rose within minutes; a rollback of the latest change is "
    "prepared while the team looks at the services in front of it.",
    "Since this morning {service} answers slowly. Depots switched to the paper process; the number of waiting "
    "parcels is watched every ten minutes.",
    "Kundinnen und Kunden melden Fehler in {service}. Ursache noch unklar, das Team prüft Zertifikate, Speicher "
    "und die Verbindung zur Datenbank.",
    "Une file d'attente de {service} ne se vide plus. Les messages ne sont pas perdus, mais arrivent en retard.",
)

IMPACTS = (
    "Parcels could not be tracked for a while.",
    "Some payments had to be repeated.",
    "Fahrer sahen ihre Tour mit Verspätung.",
    "Les étiquettes n'étaient pas imprimées.",
    "No customer noticed.",
)

MESSAGES = {
    "triage": "Raised by an alert; somebody has a look.",
    "investigating": "We see the problem and are looking for the cause.",
    "fixing": "The cause is known, a fix is being rolled out.",
    "monitoring": "The fix is out. We keep watching.",
    "documenting": "Impact is over. Write-up has begun.",
    "reviewing": "The write-up is ready for review.",
    "closed": "All follow-ups are recorded; closing.",
    "paused": "Waiting for the supplier.",
    "declined": "Not an incident: planned maintenance.",
    "merged": "Same cause as another incident, merged into it.",
    "canceled": "Opened by mistake.",
}

FOLLOW_UPS = (
    "Alert on the age of the oldest message in {service}",
    "Document the rollback of {service}",
    "Runbook für {service} ergänzen",
    "Add a limit to retries in {service}",
    "Load test {service} before the peak season",
    "Vérifier les sauvegardes de {service}",
    "Remove the single point of failure in front of {service}",
)

ALERTS = (
    "{service}: error rate above threshold",
    "{service}: p99 latency above 2 s",
    "{service}: Warteschlange wächst seit 10 Minuten",
    "{service}: no heartbeat",
    "{service} : taux d'erreur anormal",
)

ACTIONS = (
    "Roll back the latest change of {service}",
    "Tell the depots to use the paper process",
    "Logs von {service} sichern",
    "Call the supplier's hotline",
    "Scale {service} up",
    "Prévenir le service client",
    "Check whether messages were lost",
)

PULL_REQUESTS = (
    "Limit retries in {service}",
    "Revert the connection pool of {service}",
    "{service}: Zeitüberschreitung erhöhen",
    "Fix a race in {service}",
    "Corrige l'encodage dans {service}",
)

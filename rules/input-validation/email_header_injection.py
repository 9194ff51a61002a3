from linter.rule import Confidence, FlowRule, Severity


class EmailHeaderInjection(FlowRule):
    """A value of the caller's can add headers to a mail.

    ## Why
    A newline in the subject begins the next header: `Bcc:` to a thousand addresses, or a body of the
    attacker's. The mail comes from your server.

    ## Bad
        smtp.sendmail(SENDER, to, f"Subject: {subject}\\n\\n{body}")

    ## Good
        message = EmailMessage()
        message["Subject"] = subject
        smtp.send_message(message)

    ## Limits
    Messages that are put together as text. `email.message` and Django's mail classes refuse a header with a
    newline, and `smtplib` such an address. What stands after the empty line is body.

    ## References
    - https://cwe.mitre.org/data/definitions/93.html
    - https://docs.python.org/3/library/email.message.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "mails sent as text that a request leads to"
    cwe = 93
    owasp = "API8:2023"
    kind = "email"
    says = (
        "`{what}` comes from the caller and stands in the head of the mail that `{sink}` sends, so "
        "a newline in it adds a header"
    )
    advice = "build the mail with `email.message.EmailMessage`, which refuses newlines in headers"

package dev.archway.planner.feedback;

import dev.archway.connector.SecretUnavailableException;
import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.plan.Notification.Method;
import dev.archway.expression.ExpressionException;
import dev.archway.expression.Secrets;
import dev.archway.expression.Template;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells each message in its way. Thread-safe. */
final class OutsideSender implements Sender {
  private final HttpSender http;
  private final MailSender mail;
  private final Function<SecretRef, String> secrets;
  private final @Nullable URI publicUrl;

  OutsideSender(
      HttpSender http,
      MailSender mail,
      Function<SecretRef, String> secrets,
      @Nullable URI publicUrl) {
    this.http = http;
    this.mail = mail;
    this.secrets = secrets;
    this.publicUrl = publicUrl;
  }

  /** Sends a mail. */
  @FunctionalInterface
  interface MailSender {
    void send(List<String> recipients, String subject, String text);
  }

  @Override
  public void send(Message message) {
    URI link = link(message.about().execution());
    Scope from = new Scope(message.about().org(), message.about().project());
    switch (message) {
      case Message.CommitStatus status -> {
        SecretRef token = status.commit().connector().password();
        if (token == null) {
          throw new UndeliverableException(
              "connector %s has no token".formatted(status.commit().connector().ref()));
        }
        http.send(CommitStatusCalls.of(status, link, secret(token)));
      }
      case Message.Notice notice -> {
        switch (notice.method()) {
          case Method.Email(List<String> recipients) -> {
            List<String> texts = NoticeCalls.mail(notice, link);
            mail.send(recipients, texts.getFirst(), texts.getLast());
          }
          case Method.Slack(String url) ->
              http.send(NoticeCalls.slack(notice, url(url, from), link));
          case Method.MsTeams(String url) ->
              http.send(NoticeCalls.teams(notice, url(url, from), link));
          case Method.Webhook(String url, Map<String, String> headers) -> {
            Map<String, String> filled = new TreeMap<>();
            headers.forEach((name, value) -> filled.put(name, filled(value, from)));
            http.send(NoticeCalls.webhook(notice, url(url, from), link, filled));
          }
        }
      }
    }
  }

  private @Nullable URI link(ExecutionId id) {
    return publicUrl == null
        ? null
        : URI.create(publicUrl.toString().replaceFirst("/+$", "") + "/#/executions/" + id);
  }

  private URI url(String written, Scope from) {
    try {
      return URI.create(filled(written, from));
    } catch (IllegalArgumentException e) {
      // The address may be a secret, so it is not told.
      throw new UndeliverableException("the rule's address is none (expected: https://host/path)");
    }
  }

  private String filled(String written, Scope from) {
    try {
      return Template.parse(written)
          .fill(path ->
              path.equals(List.of("secrets"))
                  ? new dev.archway.expression.Scope.Found.Known(
                      (Secrets) id -> secret(SecretRef.within(from, id)))
                  : new dev.archway.expression.Scope.Found.Never("only secrets are read here"));
    } catch (ExpressionException e) {
      throw new UndeliverableException(String.valueOf(e.getMessage()));
    }
  }

  private String secret(SecretRef ref) {
    try {
      return secrets.apply(ref);
    } catch (SecretUnavailableException e) {
      throw new UndeliverableException(String.valueOf(e.getMessage()));
    }
  }
}

package dev.archway.planner.feedback;

import dev.archway.contract.connector.SecretRef;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSenderImpl;

/** Sends mail through the configured server. Thread-safe. */
final class Smtp implements OutsideSender.MailSender {
  private static final String PATIENCE_MILLIS = "10000";

  private final FeedbackProperties.@Nullable Mail settings;
  private final Function<SecretRef, String> secrets;

  Smtp(FeedbackProperties.@Nullable Mail settings, Function<SecretRef, String> secrets) {
    this.settings = settings;
    this.secrets = secrets;
  }

  @Override
  public void send(List<String> recipients, String subject, String text) {
    if (settings == null) {
      throw new Sender.UndeliverableException(
          "no mail server is configured (expected: archway.planner.feedback.mail.host and .from)");
    }
    JavaMailSenderImpl sender = new JavaMailSenderImpl();
    sender.setHost(settings.host());
    sender.setPort(settings.port());
    sender.setUsername(settings.username());
    sender.setPassword(
        settings.passwordRef() == null ? null : secrets.apply(settings.passwordRef()));
    Properties properties = sender.getJavaMailProperties();
    properties.setProperty("mail.smtp.auth", Boolean.toString(settings.username() != null));
    properties.setProperty("mail.smtp.starttls.enable", "true");
    properties.setProperty("mail.smtp.starttls.required", Boolean.toString(settings.tls()));
    properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
    for (String what : List.of("connectiontimeout", "timeout", "writetimeout")) {
      properties.setProperty("mail.smtp." + what, PATIENCE_MILLIS);
    }
    SimpleMailMessage message = new SimpleMailMessage();
    message.setFrom(settings.from());
    message.setTo(recipients.toArray(String[]::new));
    message.setSubject(subject);
    message.setText(text);
    sender.send(message);
  }
}

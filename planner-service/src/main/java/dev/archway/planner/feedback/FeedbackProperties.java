package dev.archway.planner.feedback;

import dev.archway.contract.connector.SecretRef;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How executions are told outside, prefix {@code archway.planner.feedback}.
 *
 * @param publicUrl where people reach this installation, for links; absent for no links
 * @param privateNetworks whether notifications may go to addresses of private networks and of this
 *     machine, which pipelines' authors could otherwise reach through the planner
 * @param mail absent where no mail is sent
 */
@ConfigurationProperties("archway.planner.feedback")
public record FeedbackProperties(
    @Nullable URI publicUrl, @DefaultValue("false") boolean privateNetworks, @Nullable Mail mail) {
  /**
   * The mail server.
   *
   * @param host its name
   * @param port where it takes mail
   * @param from the sender's address
   * @param username absent for none
   * @param passwordRef a secret; absent for none
   * @param tls whether STARTTLS is required
   */
  public record Mail(
      String host,
      @DefaultValue("587") int port,
      String from,
      @Nullable String username,
      @Nullable SecretRef passwordRef,
      @DefaultValue("true") boolean tls) {}
}

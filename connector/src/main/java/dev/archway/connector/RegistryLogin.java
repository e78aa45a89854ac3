package dev.archway.connector;

import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.EcrAccess;
import dev.archway.contract.connector.SecretRef;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

/**
 * What a registry takes as user and password. Tokens are fetched each time, so that none is used
 * when it has run out (Amazon ECR's last 12 hours).
 */
public record RegistryLogin(String username, String password) {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /**
   * The login of a connector that has an account.
   *
   * @param secrets gives a secret's value
   * @throws SecretUnavailableException when no token is to be had
   */
  public static RegistryLogin of(DockerRegistry registry, Function<SecretRef, String> secrets) {
    try (HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      return of(registry, secrets, http);
    }
  }

  /** The same, with a client that tokens are asked for with. */
  public static RegistryLogin of(
      DockerRegistry registry, Function<SecretRef, String> secrets, HttpClient http) {
    String username = Objects.requireNonNull(registry.username());
    String password = secrets.apply(Objects.requireNonNull(registry.password()));
    EcrAccess ecr = registry.ecr();
    return ecr == null
        ? new RegistryLogin(username, password)
        : EcrToken.fetch(ecr, new AwsSignature.Key(username, password), http);
  }

  /** Both as HTTP's basic authentication joins them (RFC 7617, section 2). */
  public String pair() {
    return username + ":" + password;
  }

  @Override
  public String toString() {
    return "RegistryLogin[" + username + "]";
  }
}

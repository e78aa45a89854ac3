package dev.archway.registry;

import dev.archway.connector.RegistryLogin;
import dev.archway.connector.SecretSource;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.registry.image.CredentialsUnavailableException;
import dev.archway.registry.image.RegistryAccess;
import dev.archway.registry.oci.Credentials;
import dev.archway.registry.oci.RegistryClient;
import dev.archway.registry.oci.RetryRules;
import java.net.http.HttpClient;
import org.jspecify.annotations.Nullable;

/** Opens registries with the user and password that connectors name. */
final class ConnectorAccess implements RegistryAccess {
  private final HttpClient http;
  private final SecretSource secrets;
  private final RetryRules rules;

  ConnectorAccess(HttpClient http, SecretSource secrets, RetryRules rules) {
    this.http = http;
    this.secrets = secrets;
    this.rules = rules;
  }

  @Override
  public RegistryClient open(Connector.DockerRegistry registry) {
    return new RegistryClient(http, registry, credentials(registry), rules);
  }

  private @Nullable Credentials credentials(Connector.DockerRegistry registry) {
    SecretRef password = registry.password();
    if (registry.username() == null || password == null) {
      return null;
    }
    try {
      RegistryLogin login = RegistryLogin.of(registry, secrets::resolve, http);
      return new Credentials(login.username(), login.password());
    } catch (RuntimeException e) {
      throw new CredentialsUnavailableException(
          "cannot use connector %s: its password %s cannot be resolved (%s)"
              .formatted(registry.ref(), password, e.getMessage()),
          e);
    }
  }
}

package dev.archway.registry.image;

import dev.archway.contract.connector.Connector;
import dev.archway.registry.oci.RegistryClient;

/** Opens a client for a connector's registry, with the connector's credentials. */
@FunctionalInterface
public interface RegistryAccess {
  /**
   * A client for one piece of work.
   *
   * @throws CredentialsUnavailableException when the connector's password cannot be resolved
   */
  RegistryClient open(Connector.DockerRegistry registry);
}

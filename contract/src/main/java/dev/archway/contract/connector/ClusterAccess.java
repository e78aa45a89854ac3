package dev.archway.contract.connector;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * How a cluster's API server is reached (Harness page "Kubernetes cluster connector settings
 * reference").
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ClusterAccess.InCluster.class, name = "InheritFromDelegate"),
  @JsonSubTypes.Type(value = ClusterAccess.ServiceAccount.class, name = "ServiceAccount"),
  @JsonSubTypes.Type(value = ClusterAccess.Kubeconfig.class, name = "Kubeconfig")
})
public sealed interface ClusterAccess {
  /** The cluster that the executor itself runs in, as its own service account. */
  record InCluster() implements ClusterAccess {}

  /**
   * Any cluster, as a service account.
   *
   * @param masterUrl the API server's address
   * @param token the service account's token
   * @param caCertificate the authority that signed the server's certificate, in PEM; null trusts
   *     the system's authorities
   */
  record ServiceAccount(URI masterUrl, SecretRef token, @Nullable SecretRef caCertificate)
      implements ClusterAccess {}

  /**
   * As a kubeconfig file on the executor's machine says.
   *
   * @param context the context in it; null takes its current one
   */
  record Kubeconfig(String path, @Nullable String context) implements ClusterAccess {}
}

package dev.archway.connector;

import dev.archway.connector.Checks.FailedException;
import dev.archway.contract.connector.ClusterAccess.ServiceAccount;
import dev.archway.contract.wire.ContractMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Asks a cluster's API server who it is and what a service account may do there. */
final class ClusterProbe {
  /** What an executor cannot do without; deploy/rbac.md says why. */
  private static final List<List<String>> NEEDED =
      List.of(
          List.of("get", "pods", ""),
          List.of("watch", "pods", ""),
          List.of("create", "pods", ""),
          List.of("patch", "pods", ""),
          List.of("delete", "pods", ""),
          List.of("create", "pods", "exec"));

  private final HttpClient http;
  private final URI server;
  private final String token;

  ClusterProbe(HttpClient http, ServiceAccount access, String token) {
    this.http = http;
    this.server = access.masterUrl();
    this.token = token;
  }

  String version() throws IOException, InterruptedException {
    Answer answer = Answer.of(http, request("/version"));
    String version = answer.json().path("gitVersion").asString("");
    if (answer.status() != 200 || version.isEmpty()) {
      throw new FailedException(
          "%s answered %s (expected: 200 with a version)".formatted(server, answer.reason()));
    }
    return "Kubernetes " + version;
  }

  /** SelfSubjectAccessReviews, which every account may ask for. */
  String permissions(String namespace) throws IOException, InterruptedException {
    List<String> denied = new ArrayList<>();
    for (List<String> needed : NEEDED) {
      Map<String, Object> review =
          Map.of(
              "apiVersion",
              "authorization.k8s.io/v1",
              "kind",
              "SelfSubjectAccessReview",
              "spec",
              Map.of(
                  "resourceAttributes",
                  Map.of(
                      "namespace",
                      namespace,
                      "verb",
                      needed.get(0),
                      "resource",
                      needed.get(1),
                      "subresource",
                      needed.get(2))));
      Answer answer =
          Answer.of(
              http,
              request("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          ContractMapper.json().writeValueAsString(review))));
      if (answer.status() != 201) {
        throw new FailedException(
            "%s answered %s (expected: 201); check the token".formatted(server, answer.reason()));
      }
      if (!answer.json().path("status").path("allowed").asBoolean(false)) {
        denied.add(
            needed.get(0)
                + " "
                + needed.get(1)
                + (needed.get(2).isEmpty() ? "" : "/" + needed.get(2)));
      }
    }
    if (!denied.isEmpty()) {
      throw new FailedException(
          "the account may not %s in namespace %s (expected: all of deploy/rbac.yaml)"
              .formatted(String.join(", ", denied), namespace));
    }
    return "the account may do what stages need in namespace " + namespace;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(server.resolve(path)).header("Authorization", "Bearer " + token);
  }

  /**
   * Trusts one authority alone.
   *
   * @param authority in PEM; null trusts the system's
   */
  static HttpClient.Builder trusting(@Nullable String authority) throws IOException {
    HttpClient.Builder client = HttpClient.newBuilder();
    if (authority == null) {
      return client;
    }
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(authority.getBytes(StandardCharsets.UTF_8)))) {
        trusted.setCertificateEntry("authority-" + number++, certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return client.sslContext(context);
    } catch (GeneralSecurityException e) {
      throw new FailedException(
          "cannot use the cluster's authority: %s (expected: certificates in PEM)"
              .formatted(e.getMessage()));
    }
  }
}

package dev.archway.connector;

import dev.archway.connector.Checks.FailedException;
import dev.archway.connector.egress.Egress;
import dev.archway.contract.api.ConnectorTest;
import dev.archway.contract.connector.ClusterAccess;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.Connector.Aws;
import dev.archway.contract.connector.Connector.DockerRegistry;
import dev.archway.contract.connector.Connector.K8sCluster;
import dev.archway.contract.connector.EcrAccess;
import dev.archway.contract.connector.SecretRef;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tries connectors that speak HTTP, by the guarded way out. Thread-safe. */
public final class ConnectorProbe {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final URI STS = URI.create("https://sts.amazonaws.com/");
  private static final String STS_REGION = "us-east-1";
  private static final Pattern ARN = Pattern.compile("<Arn>([^<]{1,200})</Arn>");

  private final Egress egress;
  private final Function<SecretRef, String> secrets;

  /**
   * @param secrets gives a secret's value
   */
  public ConnectorProbe(Egress egress, Function<SecretRef, String> secrets) {
    this.egress = egress;
    this.secrets = secrets;
  }

  /**
   * Tries it.
   *
   * @param namespace of a cluster, where permissions are looked at
   */
  public ConnectorTest test(Connector connector, String namespace) {
    Checks checks = new Checks();
    switch (connector) {
      case DockerRegistry registry -> registry(registry, checks);
      case K8sCluster cluster -> cluster(cluster, namespace, checks);
      case Aws aws -> aws(aws, checks);
      case Connector.Gcp gcp -> {
        var _ = secret(gcp.keyFile(), checks);
        checks.unknown("log in", "a service account is tried by the step that uses it");
      }
      case Connector.Azure azure -> {
        var _ = secret(azure.clientSecret(), checks);
        checks.unknown("log in", "a service principal is tried by the step that uses it");
      }
      case Connector.LocalPodman _ ->
          checks.unknown("run stages", "podman is tried by the executors of its machine");
      case Connector.Git _ ->
          throw new IllegalArgumentException("a Git connector speaks more than HTTP");
    }
    return checks.result();
  }

  private @Nullable String secret(@Nullable SecretRef ref, Checks checks) {
    return ref == null ? null : checks.value("secret " + ref.written(), () -> secrets.apply(ref));
  }

  private void registry(DockerRegistry registry, Checks checks) {
    try (HttpClient http = egress.http(HttpClient.newBuilder().connectTimeout(CONNECT))) {
      RegistryLogin login =
          registry.username() == null
              ? null
              : checks.value(
                  "secret " + registry.password(), () -> RegistryLogin.of(registry, secrets, http));
      checks.tell("log in", () -> new RegistryProbe(http, registry, login).run());
    }
  }

  private void cluster(K8sCluster cluster, String namespace, Checks checks) {
    if (!(cluster.access() instanceof ClusterAccess.ServiceAccount access)) {
      checks.unknown(
          "reach the cluster", "the access lies with the executors; a stage's start tries it");
      return;
    }
    String token = secret(access.token(), checks);
    String authority = secret(access.caCertificate(), checks);
    HttpClient.Builder settings =
        checks.value("the cluster's authority", () -> ClusterProbe.trusting(authority));
    if (token == null || settings == null) {
      return;
    }
    try (HttpClient http = egress.http(settings.connectTimeout(CONNECT))) {
      ClusterProbe probe = new ClusterProbe(http, access, token);
      checks.tell("reach the cluster", probe::version);
      checks.tell("permissions", () -> probe.permissions(namespace));
    }
  }

  private void aws(Aws aws, Checks checks) {
    String secret = secret(aws.secretKey(), checks);
    if (secret == null) {
      return;
    }
    AwsSignature.Key key = new AwsSignature.Key(aws.accessKey(), secret);
    try (HttpClient http = egress.http(HttpClient.newBuilder().connectTimeout(CONNECT))) {
      URI ecr = aws.ecrEndpoint();
      if (ecr == null) {
        checks.tell("log in", () -> caller(http, key));
      } else {
        checks.tell(
            "log in",
            () -> {
              var _ = EcrToken.fetch(new EcrAccess(STS_REGION, ecr), key, http);
              return "a registry token was given";
            });
      }
    }
  }

  /** AWS Security Token Service API reference, GetCallerIdentity: needs no permission. */
  private static String caller(HttpClient http, AwsSignature.Key key)
      throws IOException, InterruptedException {
    String body = "Action=GetCallerIdentity&Version=2011-06-15";
    Map<String, String> headers =
        new TreeMap<>(
            Map.of(
                "content-type", "application/x-www-form-urlencoded", "host", STS.getAuthority()));
    HttpRequest.Builder post =
        HttpRequest.newBuilder(STS).POST(HttpRequest.BodyPublishers.ofString(body));
    AwsSignature.sign(
            new AwsSignature.Request("POST", "/", "", headers, body),
            key,
            STS_REGION,
            "sts",
            Instant.now())
        .forEach((name, value) -> {
          // The client sets it itself, to the same.
          if (!name.equals("host")) {
            post.header(name, value);
          }
        });
    Answer answer = Answer.of(http, post);
    Matcher arn = ARN.matcher(answer.body());
    if (answer.status() != 200 || !arn.find()) {
      throw new FailedException(
          "%s answered %s (expected: 200); check the access key"
              .formatted(STS.getAuthority(), answer.reason()));
    }
    return "logged in as " + arn.group(1);
  }
}

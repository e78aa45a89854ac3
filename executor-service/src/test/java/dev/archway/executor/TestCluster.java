package dev.archway.executor;

import dev.archway.contract.connector.ClusterAccess;
import dev.archway.contract.connector.ClusterAllowances;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Platform;
import dev.archway.executor.runtime.kubernetes.KubernetesRuntime;
import dev.archway.executor.runtime.kubernetes.KubernetesSettings;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/**
 * The real cluster that Kubernetes tests run on, prepared by {@code deploy/test-cluster}: a
 * kubeconfig, and a registry without TLS that nodes, pods and this machine reach under one name,
 * which also stands in for docker.io.
 */
public final class TestCluster implements AutoCloseable {
  private static final String KUBECONFIG = "ARCHWAY_TEST_KUBECONFIG";
  private static final String REGISTRY = "ARCHWAY_TEST_REGISTRY";

  private final String kubeconfig;
  private final String registry;
  private final KubernetesClient client;
  private final Account account;
  private final List<Process> daemons = new ArrayList<>();

  private TestCluster(String kubeconfig, String registry) {
    this.kubeconfig = kubeconfig;
    this.registry = registry;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(new File(kubeconfig)))
            .build();
    this.account = account(client);
  }

  private record Account(String token, String authority) {}

  private static Account account(KubernetesClient admin) {
    var _ =
        admin
            .resource(
                new NamespaceBuilder().withNewMetadata().withName("archway").endMetadata().build())
            .forceConflicts()
            .serverSideApply();
    grant(admin, "default");
    String token =
        admin
            .serviceAccounts()
            .inNamespace("archway")
            .withName("archway-executor")
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(7200L)
                    .endSpec()
                    .build())
            .getStatus()
            .getToken();
    String authority = admin.getConfiguration().getCaCertData();
    return new Account(
        token, new String(Base64.getDecoder().decode(authority), StandardCharsets.UTF_8));
  }

  /** Applies {@code deploy/rbac.yaml}, with Role and binding in this namespace. */
  private static void grant(KubernetesClient admin, String namespace) {
    try (InputStream rbac = Files.newInputStream(Path.of("../deploy/rbac.yaml"))) {
      for (HasMetadata each : admin.load(rbac).items()) {
        if (each instanceof Role || each instanceof RoleBinding) {
          each.getMetadata().setNamespace(namespace);
        }
        var _ = admin.resource(each).forceConflicts().serverSideApply();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The cluster of the environment. Without one the test fails in CI and is left out elsewhere. */
  public static TestCluster find() {
    String kubeconfig = System.getenv(KUBECONFIG);
    String registry = System.getenv(REGISTRY);
    if (kubeconfig == null || registry == null) {
      String message =
          "no cluster for the Kubernetes tests (expected: %s with an admin kubeconfig and %s with host:port of a registry that the nodes mirror docker.io from); start a cluster, then run deploy/test-cluster, which prints both"
              .formatted(KUBECONFIG, REGISTRY);
      if (System.getenv("CI") == null) {
        throw new TestAbortedException(message);
      }
      throw new IllegalStateException(message);
    }
    return new TestCluster(kubeconfig, registry);
  }

  public KubernetesClient client() {
    return client;
  }

  public String registry() {
    return registry;
  }

  public String kubeconfig() {
    return kubeconfig;
  }

  public Connector connector() {
    return connector(ClusterAllowances.NONE);
  }

  /** As the service account of {@code deploy/rbac.yaml}: stages need no more than it may do. */
  public Connector connector(ClusterAllowances allowed) {
    return new Connector.K8sCluster("cluster", List.of(), access(client.getMasterUrl()), allowed);
  }

  /** The same account's access by another address of the API server. */
  public ClusterAccess access(URL url) {
    return new ClusterAccess.ServiceAccount(
        URI.create(url.toString()), SecretRef.of("account.token"), SecretRef.of("account.ca"));
  }

  /** Values of the secrets above. */
  public String secret(SecretRef secret) {
    return switch (secret.value()) {
      case "account.token" -> account.token();
      case "account.ca" -> account.authority();
      default -> throw new IllegalStateException("no secret " + secret);
    };
  }

  /** The authority that the API server's certificate is of, in PEM. */
  public String authority() {
    return account.authority();
  }

  /** A client with the account's rights alone. */
  public KubernetesClient asAccount() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl(client.getMasterUrl().toString())
                .withOauthToken(account.token())
                .withCaCertData(client.getConfiguration().getCaCertData())
                .build())
        .build();
  }

  /** True when the nodes labelled with this architecture are of another. */
  public boolean emulates(String architecture) {
    return client.nodes().withLabel("kubernetes.io/arch", architecture).list().getItems().stream()
        .noneMatch(n -> architecture.equals(n.getStatus().getNodeInfo().getArchitecture()));
  }

  /** Puts them where an executor in a process of its own reads them. */
  public void writeSecrets(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("account.token"), account.token());
    Files.writeString(directory.resolve("account.ca"), account.authority());
  }

  /** Lets the account run stages in another namespace. */
  public void grant(String namespace) {
    grant(client, namespace);
  }

  public KubernetesSettings settings() {
    return new KubernetesSettings(
        "docker.io/archway/agent:5",
        "docker.io/archway/builder:3",
        "docker.io/archway/transfer:1",
        Duration.ofMinutes(2),
        Duration.ofHours(24),
        List.of(new KubernetesSettings.Mirror("docker.io", registry, true)),
        List.of(registry),
        null,
        null);
  }

  public KubernetesRuntime runtime() {
    return new KubernetesRuntime(
        settings(),
        List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64),
        this::secret,
        Clock.systemUTC());
  }

  /** Serves the repositories below a folder to pods; returns the URL of the folder. */
  public String serve(Path folder) throws Exception {
    int port = Engines.freePort();
    Process daemon =
        new ProcessBuilder(
                "git",
                "daemon",
                "--export-all",
                "--reuseaddr",
                "--port=" + port,
                "--base-path=" + folder,
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    daemons.add(daemon);
    Awaitility.await()
        .until(() -> {
          try (var socket = new java.net.Socket("localhost", port)) {
            return socket.isConnected();
          } catch (IOException _) {
            return false;
          }
        });
    return "git://%s:%d".formatted(registry.substring(0, registry.indexOf(':')), port);
  }

  /** The registry's answer. */
  public HttpResponse<String> head(String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://" + registry + path))
              .header("Accept", "application/vnd.oci.image.manifest.v1+json")
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /** Names of pods and secrets of an execution, or of all when it is null. */
  public List<String> remains(@Nullable String execution) {
    Map<String, String> labels =
        execution == null
            ? Map.of("app.kubernetes.io/managed-by", "archway")
            : Map.of("dev.archway/execution", execution);
    return Stream.concat(
            client.pods().inAnyNamespace().withLabels(labels).list().getItems().stream(),
            client.secrets().inAnyNamespace().withLabels(labels).list().getItems().stream())
        .map(each -> each.getMetadata().getName())
        .toList();
  }

  @Override
  public void close() {
    for (Process daemon : daemons) {
      // "git daemon" is a process that waits for another, which listens.
      daemon.descendants().forEach(ProcessHandle::destroyForcibly);
      daemon.destroyForcibly();
    }
    client.close();
  }
}

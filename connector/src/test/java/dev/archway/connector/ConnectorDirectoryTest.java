package dev.archway.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.archway.contract.connector.ClusterAccess;
import dev.archway.contract.connector.ClusterAllowances;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Platform;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectorDirectoryTest {
  @TempDir Path directory;

  @Test
  void aReferenceNamesAScope() throws IOException {
    write("project", "orgIdentifier: o\n  projectIdentifier: p\n  ", "same");
    write("org", "orgIdentifier: o\n  ", "same");
    write("account", "", "same");
    ConnectorDirectory connectors = new ConnectorDirectory(directory);
    assertThat(ref(connectors, "o", "p", "same")).isEqualTo("same");
    assertThat(ref(connectors, "o", "p", "org.same")).isEqualTo("org.same");
    assertThat(ref(connectors, "o", "p", "account.same")).isEqualTo("account.same");
    assertThat(connectors.find("o", "other", "same")).isEmpty();
    assertThat(connectors.find("other", "p", "org.same")).isEmpty();
    assertThat(connectors.known("o", "p"))
        .containsExactlyInAnyOrder("same", "org.same", "account.same", "account.harnessImage");
  }

  @Test
  void aRegistryWithAnAccountKeepsTheSecretAsAReference() throws IOException {
    Files.writeString(
        directory.resolve("r.yaml"),
        """
        connector:
          identifier: docker
          type: DockerRegistry
          spec:
            dockerRegistryUrl: registry.example:5000
            providerType: Other
            auth: {type: UsernamePassword, spec: {username: ann, passwordRef: account.token}}
        """);
    assertThat(new ConnectorDirectory(directory).find("o", "p", "account.docker"))
        .hasValueSatisfying(connector -> {
          var registry = (Connector.DockerRegistry) connector;
          assertThat(registry.host()).isEqualTo("registry.example:5000");
          assertThat(registry.plainHttp()).isFalse();
          assertThat(registry.password()).isEqualTo(new SecretRef("account.token"));
        });
  }

  @Test
  void aProvidersAuthenticationIsFoundWhereHarnessPutsIt() throws IOException {
    Files.writeString(
        directory.resolve("g.yaml"),
        """
        connector:
          identifier: hub
          type: Github
          spec:
            url: https://github.example/acme
            type: Account
            authentication: {type: Http, spec: {type: UsernameToken, spec: {username: ann, tokenRef: git_token}}}
        """);
    assertThat(new ConnectorDirectory(directory).find("o", "p", "account.hub"))
        .contains(
            new Connector.Git(
                "account.hub",
                "https://github.example/acme",
                true,
                "ann",
                new SecretRef("git_token")));
  }

  @Test
  void cloudsAreReachedWithKeysOfTheirOwn() throws IOException {
    cloud(
        "Aws",
        "ecrEndpoint: http://localhost:1, credential: {type: ManualConfig, spec: {accessKey: AKID, secretKeyRef: k}}");
    cloud(
        "Gcp",
        "storageEndpoint: http://localhost:2, credential: {type: ManualConfig, spec: {secretKeyRef: account.key}}");
    cloud(
        "Azure",
        "credential: {type: ManualConfig, spec: {applicationId: app, tenantId: t, auth: {type: Secret, spec: {secretRef: s}}}}");
    ConnectorDirectory connectors = new ConnectorDirectory(directory);
    assertThat(connectors.findings()).isEmpty();
    assertThat(connectors.find("o", "p", "account.Aws"))
        .contains(
            new Connector.Aws(
                "account.Aws", "AKID", new SecretRef("k"), URI.create("http://localhost:1"), null));
    assertThat(connectors.find("o", "p", "account.Gcp"))
        .contains(
            new Connector.Gcp(
                "account.Gcp", new SecretRef("account.key"), URI.create("http://localhost:2")));
    assertThat(connectors.find("o", "p", "account.Azure"))
        .contains(new Connector.Azure("account.Azure", "app", new SecretRef("s")));
    cloud("Gcp", "credential: {type: InheritFromDelegate}");
    assertThat(connectors.find("o", "p", "account.Gcp")).isEmpty();
  }

  private void cloud(String type, String spec) throws IOException {
    Files.writeString(
        directory.resolve(type + ".yaml"),
        "connector: {identifier: %1$s, type: %1$s, spec: {%2$s}}".formatted(type, spec));
  }

  @Test
  void dockerHubWithoutAnAccountIsAlwaysThere() {
    assertThat(
            new ConnectorDirectory(directory.resolve("missing"))
                .find("o", "p", "account.harnessImage"))
        .hasValueSatisfying(connector ->
            assertThat(((Connector.DockerRegistry) connector).host()).isEqualTo("docker.io"));
  }

  @Test
  void aFileThatCannotBeReadIsLeftOutAndTheOthersStay() throws IOException {
    Files.writeString(directory.resolve("a.yaml"), "connector: [");
    Files.writeString(
        directory.resolve("b.yaml"), "connector: {identifier: k, type: K8sCluster, spec: {}}");
    write("good", "", "good");
    ConnectorDirectory connectors = new ConnectorDirectory(directory);
    assertThat(connectors.find("o", "p", "account.good")).isPresent();
    assertThat(connectors.find("o", "p", "account.k")).isEmpty();
  }

  @Test
  void aClusterIsReachedInThreeWays() throws IOException {
    cluster("in", "type: InheritFromDelegate");
    cluster("file", "type: Kubeconfig, spec: {path: /etc/kube, context: two}");
    cluster(
        "manual",
        "type: ManualConfig, spec: {masterUrl: 'https://k:6443', auth: {type: ServiceAccount,"
            + " spec: {serviceAccountTokenRef: account.token, caCertRef: ca}}}");
    ConnectorDirectory connectors = new ConnectorDirectory(directory);
    assertThat(connectors.findings()).isEmpty();
    assertThat(connectors.find("o", "p", "account.in"))
        .contains(
            new Connector.K8sCluster(
                "account.in",
                List.of(Platform.LINUX_ARM64),
                new ClusterAccess.InCluster(),
                new ClusterAllowances(true, List.of("robot"), true, List.of("/srv/cache"))));
    assertThat(connectors.find("o", "p", "account.file"))
        .hasValueSatisfying(c ->
            assertThat(((Connector.K8sCluster) c).access())
                .isEqualTo(new ClusterAccess.Kubeconfig("/etc/kube", "two")));
    assertThat(connectors.find("o", "p", "account.manual"))
        .hasValueSatisfying(c ->
            assertThat(((Connector.K8sCluster) c).access())
                .isEqualTo(
                    new ClusterAccess.ServiceAccount(
                        URI.create("https://k:6443"),
                        new SecretRef("account.token"),
                        new SecretRef("ca"))));
  }

  private void cluster(String id, String credential) throws IOException {
    Files.writeString(
        directory.resolve(id + ".yaml"),
        "connector: {identifier: %s, type: K8sCluster, spec: {credential: {%s}, platforms: [linux/arm64], allow: {privileged: true, serviceAccounts: [robot], hostNamespaces: true, hostPaths: [/srv/cache]}}}"
            .formatted(id, credential));
  }

  @Test
  void aChangedFileIsSeenAtTheNextLookUp() throws IOException {
    ConnectorDirectory connectors = new ConnectorDirectory(directory);
    assertThat(connectors.find("o", "p", "account.late")).isEmpty();
    write("late", "", "late");
    assertThat(connectors.find("o", "p", "account.late"))
        .contains(new Connector.LocalPodman("account.late", List.of(Platform.LINUX_AMD64)));
    Path file = directory.resolve("late.yaml");
    Files.writeString(file, Files.readString(file).replace("amd64", "arm64"));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1));
    assertThat(connectors.find("o", "p", "account.late"))
        .contains(new Connector.LocalPodman("account.late", List.of(Platform.LINUX_ARM64)));
  }

  @Test
  void aSecretIsAFileOrAVariableAndNeverTold() throws IOException {
    SecretSource secrets =
        new SecretSource(directory, Map.of("ARCHWAY_SECRET_ACCOUNT_B", "from environment"));
    Files.writeString(directory.resolve("a"), "from file\n");
    assertThat(secrets.resolve(new SecretRef("a"))).isEqualTo("from file");
    assertThat(secrets.resolve(new SecretRef("account.b"))).isEqualTo("from environment");
    assertThatThrownBy(() -> secrets.resolve(new SecretRef("c")))
        .isInstanceOf(SecretUnavailableException.class)
        .hasMessageContaining(directory.resolve("c").toString())
        .hasMessageContaining("ARCHWAY_SECRET_C");
    assertThatThrownBy(() -> secrets.resolve(new SecretRef("../a")))
        .isInstanceOf(SecretUnavailableException.class);
  }

  private static String ref(ConnectorDirectory connectors, String org, String project, String ref) {
    return connectors.find(org, project, ref).orElseThrow().ref();
  }

  private void write(String file, String scope, String id) throws IOException {
    Files.writeString(
        directory.resolve(file + ".yaml"),
        "connector:\n  %sidentifier: %s\n  type: LocalPodman\n  spec: {platforms: [linux/amd64]}\n"
            .formatted(scope, id));
  }
}

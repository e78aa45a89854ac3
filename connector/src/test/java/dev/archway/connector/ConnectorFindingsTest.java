package dev.archway.connector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.connector.Connector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with connectors is told all at once, with its place, and never with a secret. */
class ConnectorFindingsTest {
  @TempDir Path directory;

  @Test
  void everythingWrongWithAFileIsToldAtOnce() throws IOException {
    assertThat(
            findings(
                """
                connector:
                  identifier: my registry
                  projectIdentifier: p
                  type: DockerRegistry
                  spec:
                    dockerRegistryUrl: "ftp://registry.example"
                    auth:
                      type: UsernamePassword
                      spec: {username: ann}
                """))
        .containsExactly(
            "2:3 missing-field connector.orgIdentifier",
            "2:15 bad-identifier connector.identifier",
            "6:24 bad-value connector.spec.dockerRegistryUrl",
            "9:13 missing-field connector.spec.auth.spec.passwordRef");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                                                                          | missing-field
          {credential: {type: Magic}}                                                                                 | not-supported
          {credential: {type: Kubeconfig, spec: {}}}                                                                  | missing-field
          {credential: {type: InheritFromDelegate}, allow: {privileged: yes}}                                         | bad-value
          {credential: {type: InheritFromDelegate}, allow: {serviceAccounts: robot}}                                  | wrong-kind
          {credential: {type: InheritFromDelegate}, allow: {hostPaths: /srv}}                                         | wrong-kind
          {credential: {type: InheritFromDelegate}, allow: {hostPaths: [/srv/../etc]}}                                | bad-value
          {credential: {type: InheritFromDelegate}, platform: linux/arm64}                                            | unknown-key
          {credential: {type: ManualConfig, spec: {masterUrl: 'http://k:6443', auth: {type: ServiceAccount, spec: {serviceAccountTokenRef: t}}}}} | bad-value
          {credential: {type: ManualConfig, spec: {masterUrl: 'https://k:6443', auth: {type: ServiceAccount, spec: {}}}}} | missing-field
          {credential: {type: ManualConfig, spec: {masterUrl: 'https://k:6443', auth: {type: UsernamePassword}}}}     | not-supported
          """)
  void whatIsWrongWithAClusterIsTold(String spec, String code) throws IOException {
    assertThat(findings("connector: {identifier: c, type: K8sCluster, spec: " + spec + "}"))
        .singleElement()
        .asString()
        .contains(" " + code + " ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          type: Git, spec: {url: g, type: Ssh, spec: {sshKeyRef: key}}                                                    | not-supported
          type: Git, spec: {url: g, type: Http, spec: {username: ann}}                                                    | missing-field
          type: Git, spec: {url: g, type: Http, spec: {usernameRef: a, passwordRef: b}}                                   | not-supported
          type: Github, spec: {url: g, type: Repo, authentication: {type: Ssh, spec: {sshKeyRef: key}}}                   | not-supported
          type: Github, spec: {url: g, type: Repo, authentication: {type: Http, spec: {type: GithubApp, spec: {}}}}       | not-supported
          type: Github, spec: {url: g, type: Repo, authentication: {type: Http, spec: {type: UsernameToken, spec: {}}}}   | missing-field
          type: Github, spec: {url: g, type: Project}                                                                     | bad-value
          type: DockerRegistry, spec: {dockerRegistryUrl: r.example, auth: {type: Oidc}}                                  | not-supported
          type: DockerRegistry, spec: {dockerRegistryUrl: r.example, auth: {spec: {username: a, passwordRef: b}}}         | missing-field
          type: LocalPodman, spec: {platforms: [linux]}                                                                   | bad-value
          type: LocalPodman, spec: {platform: linux/arm64}                                                                | unknown-key
          type: Vault, spec: {}                                                                                           | bad-value
          """)
  void nothingFallsBackToAnonymousOrToEveryPlatform(String rest, String code) throws IOException {
    assertThat(findings("connector: {identifier: c, " + rest + "}"))
        .singleElement()
        .asString()
        .contains(" " + code + " ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          type: Git, spec: {url: 'https://ann:hunter2@git.example/a.git', type: Http}
          type: Git, spec: {url: 'https://hunter2@git.example/a.git', type: Http}
          type: DockerRegistry, spec: {dockerRegistryUrl: 'ann:hunter2@registry.example'}
          type: DockerRegistry, spec: {dockerRegistryUrl: r.example, auth: {type: UsernamePassword, spec: {username: ann, password: hunter2}}}
          """)
  void aSecretInAFileIsRefusedAndNotRepeated(String rest) throws IOException {
    write("c.yaml", "connector: {identifier: c, " + rest + "}");
    ConnectorDirectory connectors = new ConnectorDirectory(directory);
    assertThat(connectors.findings()).isNotEmpty();
    assertThat(connectors.findings().toString()).doesNotContain("hunter2");
    assertThat(connectors.find("o", "p", "account.c")).isEmpty();
  }

  @Test
  void theFirstOfTwoIsUsedAndTheSecondIsTold() throws IOException {
    write(
        "a.yaml", "connector: {identifier: c, type: LocalPodman, spec: {platforms: linux/amd64}}");
    write("b.yml", "connector: {identifier: c, type: LocalPodman, spec: {platforms: linux/arm64}}");
    ConnectorDirectory connectors = new ConnectorDirectory(directory);
    assertThat(connectors.findings())
        .extracting(finding -> finding.file().getFileName() + " " + finding.problem().code())
        .containsExactly("b.yml duplicate-identifier");
    assertThat(connectors.find("o", "p", "account.c"))
        .hasValueSatisfying(
            c -> assertThat(((Connector.LocalPodman) c).platforms()).hasToString("[linux/amd64]"));
  }

  @Test
  void aFileThatIsNoConnectorIsTold() throws IOException {
    Files.write(directory.resolve("binary.yaml"), new byte[] {(byte) 0xc3, 0x28});
    write("broken.yaml", "connector: [");
    write("empty.yaml", "");
    write("other.yaml", "pipeline: {}");
    assertThat(new ConnectorDirectory(directory).findings())
        .extracting(finding -> finding.file().getFileName() + " " + finding.problem().code())
        .containsExactly(
            "binary.yaml bad-yaml",
            "broken.yaml bad-yaml",
            "empty.yaml bad-yaml",
            "other.yaml missing-field");
  }

  @Test
  void whatIsMendedIsNoFindingAnyMore() throws IOException {
    write("c.yaml", "connector: {identifier: c}");
    ConnectorDirectory connectors = new ConnectorDirectory(directory);
    assertThat(connectors.findings()).hasSize(1);
    write("c.yaml", "connector: {identifier: c, type: LocalPodman}");
    assertThat(connectors.findings()).isEmpty();
    assertThat(connectors.find("o", "p", "account.c")).isPresent();
  }

  private List<String> findings(String yaml) throws IOException {
    write("c.yaml", yaml);
    return new ConnectorDirectory(directory)
        .findings().stream()
            .map(finding ->
                "%d:%d %s %s"
                    .formatted(
                        finding.problem().line(),
                        finding.problem().column(),
                        finding.problem().code(),
                        finding.problem().path()))
            .toList();
  }

  private void write(String file, String yaml) throws IOException {
    Files.writeString(directory.resolve(file), yaml);
  }
}

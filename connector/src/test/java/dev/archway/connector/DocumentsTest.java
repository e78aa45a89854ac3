package dev.archway.connector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.failure.Problem;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentsTest {
  private static final Scope SHOP = new Scope("acme", "shop");

  @Test
  void aConnectorLiesWhereItWasSentAndNamesThatPlacesSecrets() {
    ConnectorDocument document =
        ConnectorDocument.read(
            """
            connector:
              identifier: hub
              projectIdentifier: shop
              type: DockerRegistry
              spec:
                dockerRegistryUrl: https://registry.example.com
                auth: {type: UsernamePassword, spec: {username: ann, passwordRef: npm}}
            """,
            SHOP);
    assertThat(document.problems()).isEmpty();
    assertThat(document.connector())
        .isInstanceOfSatisfying(
            Connector.DockerRegistry.class,
            registry -> {
              assertThat(registry.ref()).isEqualTo("hub");
              assertThat(registry.password()).isEqualTo(new SecretRef("npm@acme/shop"));
            });
  }

  @Test
  void aDocumentOfAnotherScopeIsRefused() {
    ConnectorDocument document =
        ConnectorDocument.read(
            "connector: {identifier: p, orgIdentifier: other, type: DockerRegistry, spec: {dockerRegistryUrl: 'https://r.example'}}",
            SHOP);
    assertThat(document.connector()).isNull();
    assertThat(document.problems())
        .extracting(Problem::path)
        .containsExactly("connector.orgIdentifier");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "type: LocalPodman, spec: {allow: {hostPaths: [/etc]}}",
        "type: Git, spec: {url: 'file:///srv/other.git', connectionType: Repo}",
        "type: Git, spec: {url: /srv/other.git, connectionType: Repo}",
        "type: Git, spec: {url: 'git://internal/other', connectionType: Repo}",
        "type: K8sCluster, spec: {credential: {type: InheritFromDelegate}, platforms: [linux/amd64]}",
        "type: K8sCluster, spec: {credential: {type: Kubeconfig, spec: {path: /home/.kube/config}}, platforms: [linux/amd64]}"
      })
  void whatRestsOnTheServersMachineIsForTheAccountAlone(String fields) {
    String yaml = "connector: {identifier: c, " + fields + "}";
    ConnectorDocument refused = ConnectorDocument.read(yaml, SHOP);
    assertThat(refused.connector()).isNull();
    assertThat(refused.problems()).extracting(Problem::path).containsExactly("connector.spec");
    assertThat(ConnectorDocument.read(yaml, Scope.ACCOUNT).connector()).isNotNull();
  }

  @Test
  void aSecretHasItsValueAsItStands() {
    SecretDocument document =
        SecretDocument.read(
            """
            secret:
              type: SecretText
              name: NPM
              identifier: npm
              spec: {secretManagerIdentifier: harnessSecretManager, valueType: Inline, value: " a b "}
            """,
            SHOP);
    assertThat(document.usable()).isTrue();
    assertThat(document.value()).isEqualTo(" a b ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secret: {type: SecretText, identifier: npm, spec: {value: [hunter2]}}",
        "secret: {type: SecretText, identifier: npm, spec: hunter2}",
        "secret: {type: SecretText, identifier: npm, name: [hunter2], spec: {value: hunter2}}",
        "secret: {type: hunter2, identifier: npm, spec: {value: hunter2}}",
        "secret: {type: SecretText, identifier: npm, spec: {valueType: hunter2, value: hunter2}}",
        "secret: {hunter2: 1, hunter2: 2}",
        "secret: [hunter2",
        "hunter2",
        "secret: {type: SecretText, spec: {value: hunter2}}"
      })
  void noFindingRepeatsAValue(String yaml) {
    SecretDocument document = SecretDocument.read(yaml, SHOP);
    assertThat(document.usable()).isFalse();
    assertThat(
            document.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")))
        .isNotEmpty()
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../etc/passwd", "a/b", "a b", "ü", "-x", "1a", "x.y", "a%2fb", "a\\nb"})
  void oddIdentifiersAreRefused(String identifier) {
    String quoted = '"' + identifier + '"';
    assertThat(
            ConnectorDocument.read(
                    "connector: {identifier: %s, type: LocalPodman}".formatted(quoted), SHOP)
                .problems())
        .extracting(Problem::code)
        .containsExactly("bad-identifier");
    assertThat(
            SecretDocument.read(
                    "secret: {identifier: %s, type: SecretText, spec: {value: v}}"
                        .formatted(quoted),
                    SHOP)
                .problems())
        .extracting(Problem::code)
        .containsExactly("bad-identifier");
  }

  @Test
  void identifiersOfAnyLengthAreAnsweredShortly() {
    String yaml = "connector: {identifier: %s, type: LocalPodman}".formatted("x".repeat(100_000));
    assertThat(ConnectorDocument.read(yaml, SHOP).problems())
        .singleElement()
        .satisfies(problem -> assertThat(problem.message().length()).isLessThan(300));
  }
}

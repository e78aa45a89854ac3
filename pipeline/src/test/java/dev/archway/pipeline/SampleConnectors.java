package dev.archway.pipeline;

import dev.archway.contract.connector.ClusterAccess;
import dev.archway.contract.connector.ClusterAllowances;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Platform;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The connectors that the fixtures name. */
final class SampleConnectors {
  private static final URI DOCKER_HUB = URI.create("https://index.docker.io/v2/");

  private static final Map<String, Connector> CONNECTORS = new TreeMap<>();

  static {
    add(new Connector.LocalPodman("k8Linux", List.of(Platform.LINUX_AMD64)));
    add(new Connector.LocalPodman("k8sarm", List.of(Platform.LINUX_ARM64)));
    add(new Connector.LocalPodman("local", List.of()));
    add(new Connector.LocalPodman("caching", List.of(), List.of("/srv/m2")));
    add(
        new Connector.K8sCluster(
            "cluster",
            List.of(),
            new ClusterAccess.InCluster(),
            new ClusterAllowances(false, List.of(), false, List.of("/srv/m2"))));
    add(new Connector.DockerRegistry("dockerhub", DOCKER_HUB, null, null));
    add(new Connector.DockerRegistry("account.harnessImage", DOCKER_HUB, null, null));
    add(new Connector.Git("sample", "https://git.example/sample.git", false, null, null));
    add(new Connector.DockerRegistry("YOUR_DOCKER_CONNECTOR_ID", DOCKER_HUB, null, null));
    add(new Connector.Git("YOUR_CODEBASE_CONNECTOR_ID", "https://git.example", true, null, null));
    add(new Connector.Aws("aws", "AKIDEXAMPLE", new SecretRef("aws_key"), null, null));
    add(
        new Connector.Aws(
            "aws_inside",
            "AKIDEXAMPLE",
            new SecretRef("aws_key"),
            URI.create("https://api.ecr.example"),
            URI.create("https://ecr.example")));
    add(new Connector.Gcp("gcp", new SecretRef("gcp_key")));
    add(new Connector.Azure("azure", "client", new SecretRef("azure_secret")));
    add(new Connector.Git("github", "https://git.example/acme", true, null, null));
  }

  static final Connectors KNOWN =
      new Connectors() {
        @Override
        public Optional<Connector> find(String org, String project, String ref) {
          return Optional.ofNullable(CONNECTORS.get(ref));
        }

        @Override
        public List<String> known(String org, String project) {
          return List.copyOf(CONNECTORS.keySet());
        }
      };

  private SampleConnectors() {}

  private static void add(Connector connector) {
    CONNECTORS.put(connector.ref(), connector);
  }
}

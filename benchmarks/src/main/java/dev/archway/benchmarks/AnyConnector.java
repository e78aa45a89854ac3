package dev.archway.benchmarks;

import dev.archway.contract.connector.Connector;
import dev.archway.pipeline.Connectors;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Every name is a connector: its beginning says of which kind. */
enum AnyConnector implements Connectors {
  INSTANCE;

  private static final URI REGISTRY = URI.create("https://index.docker.io/v2/");

  @Override
  public Optional<Connector> find(String org, String project, String ref) {
    char first = ref.isEmpty() ? 'x' : ref.charAt(0);
    return switch (first) {
      case 'l', 'k' -> Optional.of(new Connector.LocalPodman(ref, List.of()));
      case 'd', 'a' -> Optional.of(new Connector.DockerRegistry(ref, REGISTRY, null, null));
      case 's', 'g' ->
          Optional.of(new Connector.Git(ref, "https://git.example/a.git", false, null, null));
      default -> Optional.empty();
    };
  }

  @Override
  public List<String> known(String org, String project) {
    return List.of("local", "docker", "sample");
  }
}

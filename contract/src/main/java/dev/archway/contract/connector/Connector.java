package dev.archway.contract.connector;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.archway.contract.image.Platform;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A named access to something outside. A plan carries its connectors whole, so that executor and
 * registry need no connector store of their own; secrets stay references.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Connector.LocalPodman.class, name = "LocalPodman"),
  @JsonSubTypes.Type(value = Connector.K8sCluster.class, name = "K8sCluster"),
  @JsonSubTypes.Type(value = Connector.DockerRegistry.class, name = "DockerRegistry"),
  @JsonSubTypes.Type(value = Connector.Git.class, name = "Git"),
  @JsonSubTypes.Type(value = Connector.Aws.class, name = "Aws"),
  @JsonSubTypes.Type(value = Connector.Gcp.class, name = "Gcp"),
  @JsonSubTypes.Type(value = Connector.Azure.class, name = "Azure")
})
public sealed interface Connector {
  /**
   * The reference under which pipelines name it: {@code id}, {@code org.id} or {@code account.id}.
   */
  String ref();

  /** Where stages run. */
  sealed interface Infrastructure extends Connector {
    /** The platforms it takes stages of; empty means every platform its executor serves. */
    List<Platform> platforms();
  }

  /**
   * Stages run as containers of podman on the executor's machine.
   *
   * @param hostPaths the paths of that machine that stages may mount, exactly as listed
   */
  record LocalPodman(String ref, List<Platform> platforms, List<String> hostPaths)
      implements Infrastructure {
    public LocalPodman {
      platforms = List.copyOf(platforms);
      hostPaths = List.copyOf(hostPaths);
    }

    /** One whose stages mount nothing of the machine. */
    public LocalPodman(String ref, List<Platform> platforms) {
      this(ref, platforms, List.of());
    }
  }

  /**
   * Stages run as pods of a Kubernetes cluster.
   *
   * @param access how its API server is reached
   * @param allowed what its stages may ask for beyond an ordinary pod
   */
  record K8sCluster(
      String ref, List<Platform> platforms, ClusterAccess access, ClusterAllowances allowed)
      implements Infrastructure {
    public K8sCluster {
      platforms = List.copyOf(platforms);
    }
  }

  /**
   * An OCI registry.
   *
   * @param url where its API answers; scheme {@code http} means plain HTTP on purpose
   * @param username null for anonymous access
   * @param password null for anonymous access
   * @param ecr where {@code username} and {@code password} are to be exchanged for a token first;
   *     null where they are the registry's own
   */
  record DockerRegistry(
      String ref,
      URI url,
      @Nullable String username,
      @Nullable SecretRef password,
      @Nullable EcrAccess ecr)
      implements Connector {
    public DockerRegistry(
        String ref, URI url, @Nullable String username, @Nullable SecretRef password) {
      this(ref, url, username, password, null);
    }

    public DockerRegistry {
      if ((username == null) != (password == null)) {
        throw new IllegalArgumentException(
            "connector %s: username and passwordRef go together".formatted(ref));
      }
    }

    /** The host as image references write it. Docker Hub's API hosts all mean {@code docker.io}. */
    public String host() {
      String authority = url.getAuthority();
      return authority.equals("index.docker.io") || authority.equals("registry-1.docker.io")
          ? "docker.io"
          : authority;
    }

    /** True when the registry is spoken to without TLS. */
    public boolean plainHttp() {
      return "http".equals(url.getScheme());
    }
  }

  /**
   * A Git server or repository.
   *
   * @param url the repository's URL, or for {@code accountLevel} the URL that repository names are
   *     appended to
   * @param accountLevel true when a pipeline must name the repository ({@code repoName})
   * @param username null for anonymous access
   * @param password a password or token; null for anonymous access
   */
  record Git(
      String ref,
      String url,
      boolean accountLevel,
      @Nullable String username,
      @Nullable SecretRef password)
      implements Connector {}

  /** An account at a cloud; the steps that push to its registry say where that is. */
  sealed interface Cloud extends Connector {}

  /**
   * An account at AWS.
   *
   * @param accessKey the access key's id
   * @param ecrEndpoint where Amazon ECR's API answers; null means the region's public endpoint
   * @param ecrRegistry where its registry answers; null means the account's public one
   */
  record Aws(
      String ref,
      String accessKey,
      SecretRef secretKey,
      @Nullable URI ecrEndpoint,
      @Nullable URI ecrRegistry)
      implements Cloud {}

  /**
   * A service account at Google Cloud.
   *
   * @param keyFile its key, the JSON file's whole text
   * @param storageEndpoint where Cloud Storage's API answers; null means the public address
   */
  record Gcp(String ref, SecretRef keyFile, @Nullable URI storageEndpoint) implements Cloud {
    public Gcp(String ref, SecretRef keyFile) {
      this(ref, keyFile, null);
    }
  }

  /** A service principal at Azure. */
  record Azure(String ref, String clientId, SecretRef clientSecret) implements Cloud {}
}

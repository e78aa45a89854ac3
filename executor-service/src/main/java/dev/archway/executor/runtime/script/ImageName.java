package dev.archway.executor.runtime.script;

import dev.archway.contract.connector.Connector.DockerRegistry;
import org.jspecify.annotations.Nullable;

/** Names of images. Pure. */
public final class ImageName {
  private ImageName() {}

  /**
   * The full name of an image as a pipeline wrote it. A name without a host is at the connector's
   * registry, or at docker.io; a name without a tag means {@code latest}.
   */
  public static String full(String written, @Nullable DockerRegistry registry) {
    int slash = written.indexOf('/');
    String first = slash < 0 ? "" : written.substring(0, slash);
    String name = written;
    if (!(first.contains(".") || first.contains(":") || first.equals("localhost"))) {
      String host = registry == null ? "docker.io" : registry.host();
      name = host + (host.equals("docker.io") && slash < 0 ? "/library/" : "/") + written;
    }
    boolean tagged = name.contains("@") || name.indexOf(':', name.lastIndexOf('/')) >= 0;
    return tagged ? name : name + ":latest";
  }
}

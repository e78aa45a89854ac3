package dev.archway.executor.runtime.kubernetes;

import dev.archway.executor.runtime.WorkspaceFiles;
import dev.archway.executor.runtime.kubernetes.Agent.Frame;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** A workspace in a pod, as the pod's agent sees it, which follows no link. */
final class PodFiles implements WorkspaceFiles {
  private final StagePod pod;

  PodFiles(StagePod pod) {
    this.pod = pod;
  }

  @Override
  public Listing list(String folder, String suffix) throws IOException, InterruptedException {
    Frame answer = ask("find %s\t%s\t%s\n".formatted(PodNames.WORKSPACE, folder, suffix));
    return switch (answer.what()) {
      case "found", "some" ->
          new Listing(answer.text().lines().toList(), answer.what().equals("found"));
      default -> new Listing(List.of(), true);
    };
  }

  @Override
  public byte[] read(String path, int most) throws IOException, InterruptedException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    while (true) {
      Frame piece = ask("piece %d %s\t%s\n".formatted(content.size(), PodNames.WORKSPACE, path));
      if (!piece.what().equals("piece")) {
        throw new NoSuchFileException(path, null, "no regular file that may be read");
      }
      if (piece.bytes().length == 0) {
        return content.toByteArray();
      }
      content.writeBytes(piece.bytes());
      if (content.size() > most) {
        throw new IOException("it is longer than %d MB".formatted(most >> 20));
      }
    }
  }

  private Frame ask(String request) throws IOException, InterruptedException {
    if (request.indexOf('\n') != request.length() - 1) {
      throw new IOException("a name with a line break in it");
    }
    try {
      return pod.agent().ask(request);
    } catch (KubernetesClientException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}

package dev.archway.cli;

import dev.archway.contract.api.ImageRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Lists recorded images and indexes. */
@Command(
    name = "images",
    description = "Lists the images and image indexes that executions pushed.",
    sortOptions = false)
final class ImagesCommand implements Callable<Integer> {
  @ParentCommand private @Nullable ArchwayCommand archway;

  @Option(names = "--execution", paramLabel = "ID", description = "Only of this execution.")
  private @Nullable String execution;

  @Option(names = "--repository", paramLabel = "R", description = "Only of this repository.")
  private @Nullable String repository;

  @Option(names = "--tag", paramLabel = "T", description = "Only under this tag.")
  private @Nullable String tag;

  @Override
  public Integer call() {
    ArchwayCommand command = Commands.parent(archway);
    Map<String, @Nullable String> query = new LinkedHashMap<>();
    query.put("execution", execution);
    query.put("repository", repository);
    query.put("tag", tag);
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("IMAGE", "DIGEST", "PLATFORM"));
    for (ImageRecord image :
        command.server().get("/api/v1/images" + Server.query(query), ImageRecord[].class)) {
      rows.add(
          List.of(
              image.repository().tagged(image.tag()), image.digest().toString(), platform(image)));
    }
    command.printer().table(rows);
    return ExitCode.SUCCESS;
  }

  private static String platform(ImageRecord image) {
    if (image.platform() != null) {
      return image.platform() + (image.emulated() ? " (emulated)" : "");
    }
    String parts =
        image.parts().stream()
            .map(part -> part.platform().toString())
            .collect(Collectors.joining(", "));
    return "index of " + parts;
  }
}

/*
 * The one program that Archway puts into a stage's pod: static, without a shell, the same in every container.
 *
 *   agent install DIR STEP...  before any step's container is made: copies itself to DIR/agent and makes DIR/steps/STEP
 *                              with its bell
 *   agent step DIR...          the first process of a step's container: waits at its gate, runs the step, keeps its log;
 *                              then the same in the next folder, for the step's next attempt
 *   agent serve                the container that outlives all steps: sleeps until it is told to end
 *   agent talk DIR             what the executor runs in that container: opens gates, sends logs and ends of steps
 *
 * A step's folder: bell (FIFO), argv and env (each word ended by NUL), go (the gate is open, and since when), next (whose gate
 * to open when the step succeeds), killed (why it was ended), term and kill (what was asked of the step), started, running (its
 * program has begun), log (again and again "<RFC 3339 time> stdout|stderr <length>", a line feed and so many bytes), exit (the
 * exit code, and "next" when the next step goes on), *.own and *.bell (a step's script, and another name of the FIFO that is in its
 * place while the step's shell waits there).
 * What counts is which files are there; the bell only says "look again", so no ring is ever missed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHUNK (136 * 1024) /* more than an output variable may hold */
#define MOST_STEPS 256
#define LARGEST_PUT (16 * 1024 * 1024)

static void die(const char *what, const char *of) {
  fprintf(stderr, "archway agent: cannot %s %s: %s\n", what, of, strerror(errno));
  exit(125);
}

static int write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    bytes += n;
    length -= (size_t)n;
  }
  return 0;
}

/* ---- install */

static void copy_self(const char *target) {
  int in = open("/proc/self/exe", O_RDONLY), out = open(target, O_WRONLY | O_CREAT | O_TRUNC, 0755);
  if (in < 0 || out < 0) die("copy the agent to", target);
  static char buffer[CHUNK];
  ssize_t n;
  while ((n = read(in, buffer, sizeof buffer)) > 0)
    if (write_all(out, buffer, (size_t)n) < 0) die("write", target);
  if (n < 0 || close(out) < 0) die("copy the agent to", target);
  close(in);
}

static int install(const char *dir, char **steps) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/agent", dir);
  copy_self(path);
  snprintf(path, sizeof path, "%s/steps", dir);
  if (mkdir(path, 0777) < 0 && errno != EEXIST) die("make", path);
  for (; *steps; steps++) {
    snprintf(path, sizeof path, "%s/steps/%s", dir, *steps);
    if (mkdir(path, 0777) < 0 && errno != EEXIST) die("make", path);
    snprintf(path, sizeof path, "%s/steps/%s/bell", dir, *steps);
    if (mkfifo(path, 0666) < 0 && errno != EEXIST) die("make", path);
  }
  return 0;
}

/* ---- step */

static int folder, log_fd, signal_fd, stopped, child_state;
static pid_t child;

static int there(const char *name) { return faccessat(folder, name, F_OK, 0) == 0; }

/* Reads words ended by NUL; the last entry is NULL. */
static char **words(const char *name, size_t *count) {
  int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
  struct stat info;
  if (fd < 0 || fstat(fd, &info) < 0) die("open", name);
  size_t length = (size_t)info.st_size, have = 0;
  char *text = malloc(length + 1);
  while (text && have < length) {
    ssize_t n = read(fd, text + have, length - have);
    if (n <= 0) die("read", name);
    have += (size_t)n;
  }
  size_t n = 0;
  for (size_t i = 0; i < length; i++) n += text[i] == 0;
  char **list = calloc(n + 1, sizeof *list);
  if (!text || !list) die("hold", name);
  size_t at = 0;
  for (size_t i = 0; i < n; i++) {
    list[i] = text + at;
    at += strlen(text + at) + 1;
  }
  *count = n;
  close(fd);
  return list;
}

/* Writes a file of a step's folder, whole or not at all; false when it cannot. */
static int keep_in(int dir, const char *name, const char *text) {
  char part[64];
  snprintf(part, sizeof part, "%s.part", name);
  int fd = openat(dir, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  return fd >= 0 && write_all(fd, text, strlen(text)) == 0 && close(fd) == 0 && renameat(dir, part, dir, name) == 0;
}

static void keep(const char *name, const char *format, ...) {
  char text[128];
  va_list values;
  va_start(values, format);
  vsnprintf(text, sizeof text, format, values);
  va_end(values);
  if (!keep_in(folder, name, text)) die("write", name);
}

static char *stamp(char *to, size_t room) {
  struct timespec now;
  struct tm date;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &date);
  size_t n = strftime(to, room, "%Y-%m-%dT%H:%M:%S", &date);
  snprintf(to + n, room - n, ".%06ldZ", now.tv_nsec / 1000);
  return to;
}

/* Passes on what is there; 0 at the end of the stream, -1 when there is nothing now. */
static int pump(int from, int to, const char *stream) {
  static char record[CHUNK + 128];
  char time[48], head[128];
  ssize_t n = read(from, record + sizeof head, CHUNK);
  if (n < 0) return errno == EAGAIN || errno == EINTR ? -1 : 0;
  if (n == 0) return 0;
  if (write_all(to, record + sizeof head, (size_t)n) < 0) {}
  size_t length = (size_t)snprintf(head, sizeof head, "%s %s %zd\n", stamp(time, sizeof time), stream, n);
  char *start = record + sizeof head - length;
  memcpy(start, head, length);
  /* A full disk costs lines, not the step: the kubelet evicts the pod and says why. */
  if (write_all(log_fd, start, length + (size_t)n) < 0) {}
  return 1;
}

static void reap(void) {
  int state;
  for (pid_t pid; (pid = waitpid(-1, &state, WNOHANG)) > 0;)
    if (pid == child) child_state = state;
}

static void kill_all(void) {
  /* As the first process of its own PID namespace: all but this one. */
  if (getpid() == 1) kill(-1, SIGKILL);
  else kill(child, SIGKILL);
}

static void start(char **argv, char **environment, int *out, int *err, int *failure) {
  int o[2], e[2], f[2];
  /* Wide pipes: what is written at once is read at once. */
  if (pipe2(o, O_CLOEXEC) < 0 || pipe2(e, O_CLOEXEC) < 0 || pipe2(f, O_CLOEXEC) < 0) die("make", "pipes");
  if (fcntl(o[1], F_SETPIPE_SZ, CHUNK) < 0 || fcntl(e[1], F_SETPIPE_SZ, CHUNK) < 0) {}
  child = fork();
  if (child < 0) die("fork for", argv[0]);
  if (child == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    umask(022);
    dup2(open("/dev/null", O_RDONLY), 0);
    dup2(o[1], 1);
    dup2(e[1], 2);
    for (; *environment; environment++) putenv(*environment);
    execvp(argv[0], argv);
    int error = errno;
    if (write(f[1], &error, sizeof error) < 0) {}
    _exit(127);
  }
  close(o[1]);
  close(e[1]);
  close(f[1]);
  *out = o[0];
  *err = e[0];
  *failure = f[0];
}

/*
 * A step's shell that was begun before its gate was open: its script is a FIFO, at which it waits, so that opening the gate is one
 * write. To make a process and to load a program takes tens of milliseconds on a busy node, most of all the first time in a container.
 */
static struct {
  int begun, out, err, failure;
  size_t length;
  char script[PATH_MAX], text[PIPE_BUF];
  struct stat argv, env, fifo;
} ahead;

static char own_script[PATH_MAX + 8], script_bell[PATH_MAX + 8];

/* What a program sees of the variables before its script, or loads because of them, an earlier step may still have to make. */
static int reads_early(char **environment) {
  for (; *environment; environment++)
    if (!strncmp(*environment, "BASH_ENV=", 9) || !strncmp(*environment, "LD_", 3) || !strncmp(*environment, "SECONDS=", 8)) return 1;
  return 0;
}

static int same(const char *name, const struct stat *as) {
  struct stat now;
  return fstatat(folder, name, &now, 0) == 0 && now.st_ino == as->st_ino && now.st_mtim.tv_sec == as->st_mtim.tv_sec
      && now.st_mtim.tv_nsec == as->st_mtim.tv_nsec;
}

static int is_fifo(void) {
  struct stat now;
  return stat(ahead.script, &now) == 0 && S_ISFIFO(now.st_mode) && now.st_ino == ahead.fifo.st_ino;
}

/* From now on the script is what it seems to be, for whoever opens it again, unless it has been brought anew. */
static void put_back(void) {
  if (is_fifo() && rename(own_script, ahead.script) < 0) die("put back", ahead.script);
  unlink(script_bell);
}

/* Begins the shell of a step whose files have been brought. One that cannot be begun so is begun when its gate is open. */
static void begin_ahead(void) {
  size_t count, variables;
  struct stat info;
  if (fstatat(folder, "argv", &ahead.argv, 0) < 0 || fstatat(folder, "env", &ahead.env, 0) < 0) return;
  char **argv = words("argv", &count), **environment = words("env", &variables);
  if (count < 2 || (strcmp(argv[0], "sh") && strcmp(argv[0], "bash")) || reads_early(environment)) return;
  /* For the variable of that name, which counts from the shell's beginning. */
  static const char first[] = "SECONDS=0; ";
  size_t room = sizeof ahead.text - (sizeof first - 1);
  memcpy(ahead.text, first, sizeof first - 1);
  snprintf(ahead.script, sizeof ahead.script, "%s", argv[count - 1]);
  snprintf(own_script, sizeof own_script, "%s.own", ahead.script);
  int fd = open(ahead.script, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  /* Whole in one write that a FIFO takes at any time. */
  ssize_t n = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && (size_t)info.st_size <= room
      ? read(fd, ahead.text + sizeof first - 1, room) : -1;
  close(fd);
  if (n < 0 || n != info.st_size) return;
  ahead.length = sizeof first - 1 + (size_t)n;
  snprintf(script_bell, sizeof script_bell, "%s.bell", ahead.script);
  if (mkfifo(script_bell, 0666) < 0 || stat(script_bell, &ahead.fifo) < 0) return;
  if (rename(ahead.script, own_script) < 0) return;
  if (link(script_bell, ahead.script) < 0) {
    if (rename(own_script, ahead.script) < 0) die("put back", ahead.script);
    return;
  }
  start(argv, environment, &ahead.out, &ahead.err, &ahead.failure);
  ahead.begun = 1;
}

/* Ends a shell that was begun for nothing: the step does not run, is to run with other files, or its shell has not lasted. */
static void forget_ahead(void) {
  if (!ahead.begun) return;
  ahead.begun = 0;
  if (child_state < 0) {
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
  }
  child_state = -1;
  close(ahead.out);
  close(ahead.err);
  close(ahead.failure);
  put_back();
}

/* Gives the waiting shell its script; false as long as it has not come to wait for it. */
static int feed(void) {
  int fd = open(script_bell, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return 0;
  put_back();
  if (write_all(fd, ahead.text, ahead.length) < 0) die("give its script to", "the step's shell");
  close(fd);
  return 1;
}

static void ring_in(int dir) {
  int fd = openat(dir, "bell", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return; /* Nobody waits there yet; whoever comes looks before it waits. */
  if (write(fd, "!", 1) < 0) {}
  close(fd);
}

/*
 * Opens the gate of the step that follows, if all it needs has been brought there ahead: the way to the executor and back
 * takes longer than many a step. True when that step goes on.
 */
static int hand_over(const char *dir) {
  char next[200], path[PATH_MAX], time[48];
  int fd = openat(folder, "next", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = read(fd, next, sizeof next - 1);
  close(fd);
  if (n <= 0) return 0;
  next[n] = 0;
  snprintf(path, sizeof path, "%s/../%s", dir, next);
  int other = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (other < 0) return 0;
  int opened = keep_in(other, "go", stamp(time, sizeof time));
  if (opened) ring_in(other);
  close(other);
  return opened;
}

static void drain_bell(int bell) {
  char rings[256];
  while (read(bell, rings, sizeof rings) > 0) {}
}

/* One attempt of the step; returns its exit code. */
static int attempt(const char *dir) {
  child_state = -1;
  folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) die("open", dir);
  /* Opened before the first look, and for reading and writing: it never ends, and a ring is kept. */
  int bell = openat(folder, "bell", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (bell < 0) die("open the bell in", dir);
  struct signalfd_siginfo info;

  for (int tried = 0; !there("go");) {
    if (there("term") || there("kill")) stopped = 1;
    if (!stopped && !tried && there("argv")) {
      tried = 1;
      begin_ahead();
      continue;
    }
    if (!stopped) {
      struct pollfd wait[2] = {{bell, POLLIN, 0}, {signal_fd, POLLIN, 0}};
      poll(wait, 2, -1);
      drain_bell(bell);
      while (read(signal_fd, &info, sizeof info) > 0)
        if (info.ssi_signo != SIGCHLD) stopped = 1;
      reap();
    }
    if (stopped) {
      forget_ahead();
      return 143;
    }
  }
  int started = openat(folder, "started", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (started < 0) die("start again", dir);
  close(started);
  log_fd = openat(folder, "log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log_fd < 0) die("open the log in", dir);
  int out, err, failure, asked = 0;
  reap();
  if (child_state >= 0 || !same("argv", &ahead.argv) || !same("env", &ahead.env) || !is_fifo()) forget_ahead();
  int fed = !ahead.begun || feed();
  size_t count, variables;
  char **argv = words("argv", &count), **environment = words("env", &variables);
  if (count == 0) die("find a command in", dir);
  unlinkat(folder, "env", 0);

  if (ahead.begun) {
    out = ahead.out;
    err = ahead.err;
    failure = ahead.failure;
    ahead.begun = 0;
  } else {
    start(argv, environment, &out, &err, &failure);
  }
  /* Without a word at its end: the step's own program runs. */
  int error = 0;
  ssize_t told = read(failure, &error, sizeof error);
  close(failure);
  if (told == 0) keep("running", "%d", child);
  while (child_state < 0) {
    struct pollfd wait[4] = {{bell, POLLIN, 0}, {signal_fd, POLLIN, 0}, {out, POLLIN, 0}, {err, POLLIN, 0}};
    /* A shell that is still on its way to its script is looked at again at once. */
    int news = poll(wait, 4, fed ? -1 : 1);
    if (!fed) fed = feed();
    if (news < 0) continue;
    if (wait[2].revents && pump(out, 1, "stdout") == 0) { close(out); out = -1; }
    if (wait[3].revents && pump(err, 2, "stderr") == 0) { close(err); err = -1; }
    if (wait[1].revents) {
      while (read(signal_fd, &info, sizeof info) > 0)
        if (info.ssi_signo != SIGCHLD) {
          stopped = 1;
          kill(child, SIGTERM);
        }
      reap();
    }
    if (wait[0].revents) {
      drain_bell(bell);
      if (!asked && there("term")) { asked = 1; kill(child, SIGTERM); }
      if (there("kill")) kill_all();
    }
  }
  /* As everywhere: when a container's main process ends, so does all it left behind. */
  if (getpid() == 1) kill(-1, SIGKILL);
  if (out >= 0) { fcntl(out, F_SETFL, O_NONBLOCK); while (pump(out, 1, "stdout") > 0) {} }
  if (err >= 0) { fcntl(err, F_SETFL, O_NONBLOCK); while (pump(err, 2, "stderr") > 0) {} }
  for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) > 0;) {}
  close(log_fd);
  close(bell);
  if (out >= 0) close(out);
  if (err >= 0) close(err);
  if (told == (ssize_t)sizeof error) {
    keep("exit", "refused %s: %s", argv[0], strerror(error));
    return error == ENOENT ? 127 : 126;
  }
  int code = WIFSIGNALED(child_state) ? 128 + WTERMSIG(child_state) : WEXITSTATUS(child_state);
  int goes_on = code == 0 && !stopped && !there("killed") && hand_over(dir);
  keep("exit", goes_on ? "%d next" : "%d", code);
  return code;
}

static int step(char **dirs) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signal_fd < 0) die("watch", "signals");
  int code = 0;
  for (; *dirs && !stopped; dirs++) {
    code = attempt(*dirs);
    /* Killed, and not by us: when it was for its memory, only the end of the container tells. */
    if (code == 128 + SIGKILL && !there("kill")) break;
    close(folder);
  }
  return code;
}

/* ---- serve */

static int serve(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  int number;
  while (sigwait(&signals, &number) != 0) {}
  return 0;
}

/* ---- talk: requests on standard input, frames "<what> <about> <length>\n<bytes>" on standard output */

struct follow {
  char step[200];
  int fd;
  off_t at;
  int drain, done, told;
};

static const char *root;
static struct follow follows[MOST_STEPS];
static int following;
static char outgoing[3 * CHUNK];
static size_t out_from, out_to;

static size_t out_room(void) { return sizeof outgoing - out_to; }

static void frame(const char *what, const char *about, const char *bytes, size_t length) {
  out_to += (size_t)snprintf(outgoing + out_to, out_room(), "%s %s %zu\n", what, about, length);
  memcpy(outgoing + out_to, bytes, length);
  out_to += length;
}

/* Sends what it can without waiting; ends the program when nobody listens any more. */
static void send_out(void) {
  while (out_from < out_to) {
    ssize_t n = write(1, outgoing + out_from, out_to - out_from);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n < 0) exit(0);
    out_from += (size_t)n;
  }
  out_from = out_to = 0;
}

static const char *in_step(const char *step, const char *name) {
  static char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/steps/%s/%s", root, step, name);
  return path;
}

/* Adds the next part of a log; true when there may be more to do at once. */
static int advance(struct follow *f) {
  if (f->done) return 0;
  char text[256];
  ssize_t ended = -1;
  int fd = open(in_step(f->step, "exit"), O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    ended = read(fd, text, sizeof text);
    close(fd);
  }
  if (!f->told && access(in_step(f->step, "running"), F_OK) == 0) {
    frame("running", f->step, "", 0);
    f->told = 1;
  }
  if (f->fd < 0) f->fd = open(in_step(f->step, "log"), O_RDONLY | O_CLOEXEC);
  static char buffer[CHUNK];
  ssize_t n = f->fd < 0 ? 0 : pread(f->fd, buffer, sizeof buffer, f->at);
  if (n > 0) {
    f->at += n;
    frame("log", f->step, buffer, (size_t)n);
    return 1;
  }
  /* The end was looked for before the log, so nothing can have come between. */
  if (ended >= 0 || f->drain) {
    frame(ended >= 0 ? "exit" : "drained", f->step, text, ended >= 0 ? (size_t)ended : 0);
    f->done = 1;
    if (f->fd >= 0) close(f->fd);
    f->fd = -1;
  }
  return 0;
}

static struct follow *follow_of(const char *step) {
  for (int i = 0; i < following; i++)
    if (!strcmp(follows[i].step, step)) return &follows[i];
  if (following == MOST_STEPS) exit(3);
  struct follow *f = &follows[following++];
  snprintf(f->step, sizeof f->step, "%s", step);
  f->fd = -1;
  return f;
}

/* What is brought to a gate is not written any more: the gate was open before, or something before it could not be written. */
static int held;

static void put(const char *path, unsigned mode, const char *bytes, size_t length) {
  char part[PATH_MAX], parent[PATH_MAX];
  snprintf(part, sizeof part, "%s.part", path);
  snprintf(parent, sizeof parent, "%s", path);
  *strrchr(parent, '/') = 0;
  if (mkdir(parent, 0755) < 0 && errno != EEXIST) {}
  int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0 || write_all(fd, bytes, length) < 0 || fchmod(fd, mode) < 0 || close(fd) < 0 || rename(part, path) < 0) {
    const char *why = strerror(errno);
    frame("refused", path, why, strlen(why));
    held = 1;
    return;
  }
  frame("put", path, "", 0);
}

static int folder_of(const char *step) {
  int dir = open(in_step(step, "."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) exit(3);
  return dir;
}

static void ring(const char *step) {
  int dir = folder_of(step);
  ring_in(dir);
  close(dir);
}

/* Asks a step to end, without an answer: the executor may be busy with its log. The first reason stays. */
static void end(const char *step, const char *why, const char *how) {
  int dir = folder_of(step);
  if (faccessat(dir, "killed", F_OK, 0) < 0 && !keep_in(dir, "killed", why)) exit(3);
  if (!keep_in(dir, how, "")) exit(3);
  ring_in(dir);
  close(dir);
}

/* A step may have put anything there: a link would lead to what only the agent may read, a pipe would hold it up. */
static void give(const char *path) {
  static char buffer[CHUNK];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  size_t size = 0;
  ssize_t n = -1;
  while (fd >= 0 && size < sizeof buffer && (n = read(fd, buffer + size, sizeof buffer - size)) > 0) size += (size_t)n;
  if (fd >= 0) close(fd);
  int whole = n == 0 && size < sizeof buffer;
  frame(whole ? "file" : "none", path, buffer, whole ? size : 0);
}

/* ---- the workspace: steps may have put anything there, so no link is followed, at no place of a path */

#define MOST_FOUND 1000
#define MOST_NAMES 200000
#define DEEPEST 32

/* Opens a path below a folder one name after the other; "." is the folder itself. */
static int open_below(int from, char *path, int flags) {
  int at = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  char *rest;
  for (char *name = strtok_r(path, "/", &rest), *next; name && at >= 0; name = next) {
    next = strtok_r(NULL, "/", &rest);
    int below = strcmp(name, "..") ? openat(at, name, (next ? O_RDONLY | O_DIRECTORY : flags) | O_NOFOLLOW | O_CLOEXEC) : -1;
    close(at);
    at = below;
  }
  return at;
}

struct search {
  const char *suffix;
  char found[CHUNK];
  size_t length;
  int count, names, whole;
};

/* Adds the regular files below a folder, which it closes, whose names end so. */
static void look(struct search *s, int fd, const char *prefix, int depth) {
  DIR *dir = fdopendir(fd);
  if (!dir) {
    close(fd);
    return;
  }
  for (struct dirent *entry; s->whole && (entry = readdir(dir));) {
    const char *name = entry->d_name;
    char path[PATH_MAX];
    struct stat info;
    if (!strcmp(name, ".") || !strcmp(name, "..") || strchr(name, '\n')) continue;
    if (++s->names > MOST_NAMES) s->whole = 0;
    if (fstatat(fd, name, &info, AT_SYMLINK_NOFOLLOW) < 0) continue;
    size_t length = (size_t)snprintf(path, sizeof path, "%s%s%s", prefix, *prefix ? "/" : "", name), n = strlen(name), end = strlen(s->suffix);
    if (length >= sizeof path) continue;
    if (S_ISDIR(info.st_mode) && depth < DEEPEST) {
      int below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (below >= 0) look(s, below, path, depth + 1);
    } else if (S_ISREG(info.st_mode) && n >= end && !strcmp(name + n - end, s->suffix)) {
      if (s->count == MOST_FOUND || s->length + length + 1 > sizeof s->found) {
        s->whole = 0;
        break;
      }
      memcpy(s->found + s->length, path, length);
      s->length += length;
      s->found[s->length++] = '\n';
      s->count++;
    }
  }
  closedir(dir);
}

/* "found", or "some" when a limit came first: the paths of files below WORKSPACE/FOLDER whose names end so. */
static void find(int workspace, const char *folder, const char *suffix) {
  static struct search s;
  char path[PATH_MAX];
  s.suffix = suffix;
  s.length = 0;
  s.count = s.names = 0;
  s.whole = 1;
  snprintf(path, sizeof path, "%s", folder);
  int fd = open_below(workspace, path, O_RDONLY | O_DIRECTORY);
  if (fd >= 0) look(&s, fd, folder, 0);
  frame(s.whole ? "found" : "some", "-", s.found, s.length);
}

/* A part of a regular file in the workspace, empty at its end. */
static void piece(int workspace, char *path, off_t at) {
  static char buffer[CHUNK];
  struct stat info;
  int fd = open_below(workspace, path, O_RDONLY | O_NONBLOCK);
  ssize_t n = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? pread(fd, buffer, sizeof buffer, at) : -1;
  if (fd >= 0) close(fd);
  frame(n >= 0 ? "piece" : "none", "-", buffer, n >= 0 ? (size_t)n : 0);
}

/* The rest of a request's line is "WORKSPACE", a tab and the words for what is asked, with tabs between them. */
static void in_workspace(char *words, long long offset) {
  char *rest, *root_path = strtok_r(words, "\t", &rest), *path = rest, *suffix = path ? strchr(path, '\t') : NULL;
  int workspace = root_path ? open(root_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (suffix) *suffix++ = 0;
  if (workspace < 0 || (offset < 0) != (suffix != NULL)) frame("none", "-", "", 0);
  else if (suffix) find(workspace, path, suffix);
  else piece(workspace, path, (off_t)offset);
  if (workspace >= 0) close(workspace);
}

/* Carries out one request; returns the bytes it took, 0 when it is not there whole. */
static size_t request(char *bytes, size_t length, int watch) {
  char *line_end = memchr(bytes, '\n', length);
  if (!line_end) return 0;
  size_t line = (size_t)(line_end - bytes) + 1, size = 0;
  char path[PATH_MAX], why[32];
  unsigned mode;
  long long offset;
  int skip = 0;
  *line_end = 0;
  if (sscanf(bytes, "put %4000s %o %zu", path, &mode, &size) == 3) {
    if (size > LARGEST_PUT || path[0] != '/') exit(3);
    if (length < line + size) {
      *line_end = '\n';
      return 0;
    }
    put(path, mode, line_end + 1, size);
  } else if (sscanf(bytes, "bring %4000s %o %zu", path, &mode, &size) == 3) {
    if (size > LARGEST_PUT || path[0] != '/') exit(3);
    if (length < line + size) {
      *line_end = '\n';
      return 0;
    }
    if (held) frame("held", path, "", 0);
    else put(path, mode, line_end + 1, size);
  } else if (sscanf(bytes, "gate %190s", path) == 1) {
    const char *go = in_step(path, "go");
    held = access(go, F_OK) == 0;
    give(go);
  } else if (sscanf(bytes, "follow %190s %lld", path, &offset) == 2) {
    struct follow *f = follow_of(path);
    if (f->fd >= 0) close(f->fd);
    f->fd = -1;
    f->at = offset;
    f->done = f->drain = f->told = 0;
    if (inotify_add_watch(watch, in_step(path, "."), IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0) {}
  } else if (sscanf(bytes, "drain %190s", path) == 1) {
    follow_of(path)->drain = 1;
  } else if (sscanf(bytes, "term %190s %30s", path, why) == 2) {
    end(path, why, "term");
  } else if (sscanf(bytes, "kill %190s %30s", path, why) == 2) {
    end(path, why, "kill");
  } else if (sscanf(bytes, "ring %190s", path) == 1) {
    ring(path);
  } else if (sscanf(bytes, "read %4000s", path) == 1) {
    give(path);
  } else if (!strncmp(bytes, "find ", 5)) {
    in_workspace(bytes + 5, -1);
  } else if (sscanf(bytes, "piece %lld %n", &offset, &skip) == 1) {
    in_workspace(bytes + skip, offset);
  } else if (sscanf(bytes, "remove %4000s", path) == 1) {
    if (unlink(path) < 0) {}
  } else {
    exit(3);
  }
  return line + size;
}

static int talk(const char *dir) {
  root = dir;
  signal(SIGPIPE, SIG_IGN);
  fcntl(0, F_SETFL, O_NONBLOCK);
  fcntl(1, F_SETFL, O_NONBLOCK);
  int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (watch < 0) die("watch", dir);
  size_t room = 2 * CHUNK, have = 0;
  char *in = malloc(room);
  if (!in) return 3;
  frame("ready", "1", "", 0);
  for (;;) {
    int more = 0;
    for (int i = 0; i < following && out_room() > 2 * CHUNK; i++) more |= advance(&follows[i]);
    send_out();
    int full = out_to > 0;
    struct pollfd wait[3] = {{0, (short)(full ? 0 : POLLIN), 0}, {watch, POLLIN, 0}, {1, (short)(full ? POLLOUT : 0), 0}};
    /* Where a sandbox has no inotify across containers, it looks twice a second. */
    int n = poll(wait, 3, more && !full ? 0 : 500);
    if (n < 0) continue;
    static int quiet;
    if (n == 0 && !more && ++quiet >= 10) {
      quiet = 0;
      frame("beat", "-", "", 0);
    }
    char events[4096];
    while (read(watch, events, sizeof events) > 0) {}
    if (wait[2].revents & (POLLERR | POLLHUP)) return 0;
    if (wait[0].revents & (POLLIN | POLLHUP)) {
      if (have == room) {
        room *= 2;
        if (room > 4 * LARGEST_PUT || !(in = realloc(in, room))) return 3;
      }
      ssize_t got = read(0, in + have, room - have);
      if (got == 0) return 0;
      if (got > 0) have += (size_t)got;
    }
    size_t from = 0;
    /* One request adds one frame at most; what does not fit now waits for the next round. */
    for (size_t took; from < have && out_room() > 2 * CHUNK && (took = request(in + from, have - from, watch)) > 0;)
      from += took;
    memmove(in, in + from, have - from);
    have -= from;
  }
}

int main(int count, char **words) {
  umask(0);
  if (count >= 3 && !strcmp(words[1], "install")) return install(words[2], words + 3);
  if (count >= 3 && !strcmp(words[1], "step")) return step(words + 2);
  if (count == 2 && !strcmp(words[1], "serve")) return serve();
  if (count == 3 && !strcmp(words[1], "talk")) return talk(words[2]);
  fprintf(stderr, "usage: agent install DIR STEP... | step DIR... | serve | talk DIR\n");
  return 2;
}

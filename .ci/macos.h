/*
 * Included before everything else when dropgate is built on a Mac:
 *
 *   CGO_CFLAGS="-O2 -g -include $PWD/.ci/macos.h" go build ./cmd/dropgate
 *
 * Since macOS 15.4 the system declares strchrnul, and PostgreSQL's parser, as of
 * version 16, has a static function of that name, which the compiler refuses. Here the
 * system's header comes first, and the parser's function gets another name, so the
 * binary does not ask the system for one that macOS before 15.4 lacks.
 */
#ifndef __ASSEMBLER__
#include <string.h>
#define strchrnul dropgate_strchrnul
#endif

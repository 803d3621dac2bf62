package catalog

import (
	"maps"
	"slices"

	"github.com/dropgate/dropgate/analyzer/op"
)

// extensionTypes are the types that an extension brings, for extensions whose
// types stand in columns. An extension that is not listed may bring any.
var extensionTypes = map[string][]string{
	"citext": {"citext"}, "hstore": {"hstore"}, "ltree": {"ltree", "lquery", "ltxtquery"}, "cube": {"cube"}, "seg": {"seg"},
	"isn":     {"ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc"},
	"postgis": {"geometry", "geography", "box2d", "box3d"}, "postgis_raster": {"raster"}, "vector": {"vector", "halfvec", "sparsevec"},
	"lo": {"lo"}, "intarray": {"query_int"}, "earthdistance": {"earth"},
	"uuid-ossp": {}, "pgcrypto": {}, "pg_trgm": {}, "btree_gin": {}, "btree_gist": {}, "unaccent": {}, "tablefunc": {},
	"fuzzystrmatch": {}, "pg_stat_statements": {}, "plpgsql": {}, "pg_prewarm": {}, "pgrowlocks": {}, "pgstattuple": {}, "dblink": {}, "postgres_fdw": {},
	"adminpack": {}, "amcheck": {}, "autoinc": {}, "bloom": {}, "dict_int": {}, "dict_xsyn": {}, "file_fdw": {}, "insert_username": {}, "intagg": {},
	"moddatetime": {}, "pageinspect": {}, "pg_buffercache": {}, "pg_freespacemap": {}, "pg_surgery": {}, "pg_visibility": {}, "pg_walinspect": {},
	"refint": {}, "sslinfo": {}, "tcn": {}, "tsm_system_rows": {}, "tsm_system_time": {}, "xml2": {},
}

// extensionNeeds are the extensions that another one is built on: it goes with them.
var extensionNeeds = map[string][]string{
	"earthdistance": {"cube"}, "postgis_raster": {"postgis"}, "postgis_topology": {"postgis"}, "postgis_sfcgal": {"postgis"},
	"postgis_tiger_geocoder": {"postgis", "fuzzystrmatch"}, "pgrouting": {"postgis"}, "h3_postgis": {"h3", "postgis"},
	"hstore_plperl": {"hstore"}, "hstore_plpython3u": {"hstore"}, "ltree_plpython3u": {"ltree"},
}

// extensionSchemas are the schemas of extensions that take no other.
var extensionSchemas = map[string]string{
	"plpgsql": SystemSchema, "adminpack": SystemSchema, "pg_cron": SystemSchema,
	"postgis_topology": "topology", "postgis_tiger_geocoder": "tiger", "pgmq": "pgmq",
}

// broughtBy are the extensions that bring a type, by its name.
var broughtBy = func() map[string][]string {
	all := map[string][]string{}
	for extension, types := range extensionTypes {
		for _, t := range types {
			all[t] = append(all[t], extension)
		}
	}
	return all
}()

// extensionFunctions are the functions of an extension that a generated column can
// be computed by: those that always give the same for the same.
var extensionFunctions = map[string][]string{
	"pgcrypto":      {"digest", "hmac", "crypt", "encrypt", "encrypt_iv", "decrypt", "decrypt_iv", "armor", "dearmor"},
	"uuid-ossp":     {"uuid_generate_v3", "uuid_generate_v5", "uuid_nil", "uuid_ns_dns", "uuid_ns_url", "uuid_ns_oid", "uuid_ns_x500"},
	"fuzzystrmatch": {"levenshtein", "levenshtein_less_equal", "soundex", "difference", "metaphone", "dmetaphone", "dmetaphone_alt"},
	"pg_trgm":       {"similarity", "show_trgm", "word_similarity", "strict_word_similarity"},
	"unaccent":      {"unaccent"},
	"earthdistance": {"ll_to_earth", "earth_distance", "latitude", "longitude", "earth", "gc_to_sec", "sec_to_gc"},
	"intarray":      {"icount", "sort", "sort_asc", "sort_desc", "uniq", "idx", "subarray", "intset"},
	"hstore":        {"hstore", "akeys", "avals", "skeys", "hstore_to_json", "hstore_to_jsonb", "hstore_to_array", "slice", "exist", "defined"},
	"ltree":         {"text2ltree", "ltree2text", "nlevel", "subltree", "subpath", "lca", "index"},
	"postgis": {
		"st_makepoint", "st_point", "st_setsrid", "st_geomfromtext", "st_geogfromtext", "st_area", "st_length", "st_centroid",
		"st_transform", "st_x", "st_y", "st_asgeojson", "st_geomfromgeojson", "st_buffer", "st_envelope", "st_geohash",
	},
	"h3": {"h3_lat_lng_to_cell", "h3_cell_to_parent"},
}

// computedBy are the extensions that bring a function, by its name.
var computedBy = func() map[string][]string {
	all := map[string][]string{}
	for _, extension := range slices.Sorted(maps.Keys(extensionFunctions)) {
		for _, function := range extensionFunctions[extension] {
			all[function] = append(all[function], extension)
		}
	}
	return all
}()

// KnownExtension reports whether it is known which types the extension brings.
func KnownExtension(name string) bool {
	_, ok := extensionTypes[name]
	return ok
}

// createExtension notes an extension, with those that it needs if they come along.
func (c *Catalog) createExtension(o *op.CreateExtension) {
	key := objectKey{kind: op.Extension, name: op.Name{Name: o.Name}}
	if c.objects[key] != nil {
		return
	}
	if o.Cascade {
		for _, name := range extensionNeeds[o.Name] {
			c.createExtension(&op.CreateExtension{Name: name, Schema: o.Schema, IfNotExists: true, Cascade: true})
		}
	}
	made := *o
	if made.Schema == "" {
		made.Schema = c.creationSchema()
	}
	if fixed := extensionSchemas[o.Name]; fixed != "" {
		made.Schema = fixed
	}
	epoch := c.epoch
	if !c.certain(o.IfNotExists, c.Object(op.Extension, key.name, op.Name{})) {
		epoch = -1
	}
	c.objects[key] = &object{epoch: epoch, extension: &made}
	delete(c.gone, key)
}

// moveExtension moves an extension, and so its types, to another schema.
func (c *Catalog) moveExtension(key objectKey, schema string) {
	if o := c.objects[key]; o != nil && o.extension != nil {
		moved := *o.extension
		for _, name := range extensionTypes[key.name.Name] {
			c.moveType(op.Name{Schema: moved.Schema, Name: name}, op.Name{Schema: schema, Name: name})
		}
		moved.Schema = schema
		o.extension = &moved
	}
}

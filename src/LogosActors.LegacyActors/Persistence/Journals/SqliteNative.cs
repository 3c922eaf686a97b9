using SQLitePCL;

namespace LogosActors.Actors.Persistence.Journals;

/// <summary>Loads the SQLite library that comes with the package.</summary>
static class SqliteNative
{
    static readonly Lazy<string> Loaded = new(Load);

    /// <summary>Makes sure that a library is loaded.</summary>
    /// <returns>Its version.</returns>
    public static string EnsureLoaded() => Loaded.Value;

    static string Load()
    {
        Batteries_V2.Init();
        return raw.sqlite3_libversion().utf8_to_string();
    }
}

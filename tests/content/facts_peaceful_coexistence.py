"""Facts that the unit must agree with, typed from the checked reference and not from the unit's files.

When a test says that the two differ, find out which is right before changing either.
"""

#: Event: its date as the files write dates, latitude, longitude (three decimals, approximate).
EVENTS: dict[str, tuple[str, float, float]] = {
    "lenin-interview": ("1920-02-21", 40.713, -74.006),
    "genoa-conference": ("1922-04-10/1922-05-19", 44.406, 8.946),
    "nato-founded": ("1949-04-04", 38.907, -77.037),
    "stalin-dies": ("1953-03-05", 55.756, 37.617),
    "malenkov-peace-speech": ("1953-03-15", 55.752, 37.618),
    "chance-for-peace": ("1953-04-16", 38.907, -77.037),
    "overture-to-yugoslavia": ("1953-06-06", 55.756, 37.617),
    "east-german-uprising": ("1953-06-17", 52.520, 13.405),
    "ties-with-israel-resume": ("1953-07-20", 32.085, 34.782),
    "korean-armistice": ("1953-07-27", 37.956, 126.677),
    "malenkov-two-systems": ("1953-08-08", 55.752, 37.618),
    "malenkov-falls": ("1955-02-08", 55.752, 37.618),
    "west-germany-joins-nato": ("1955-05-06", 38.907, -77.037),
    "warsaw-pact": ("1955-05-14", 52.230, 21.012),
    "austrian-state-treaty": ("1955-05-15", 48.191, 16.381),
    "geneva-summit": ("1955-07-18/1955-07-23", 46.227, 6.140),
    "congress-open-report": ("1956-02-14", 55.752, 37.618),
    "secret-speech": ("1956-02-25", 55.752, 37.618),
    "hungarian-revolution": ("1956-10-23/1956-11-11", 47.498, 19.040),
    "sputnik": ("1957-10-04", 45.920, 63.342),
    "lacy-zarubin-agreement": ("1958-01-27", 38.907, -77.037),
    "berlin-ultimatum": ("1958-11-27", 55.756, 37.617),
    "khrushchev-in-america": ("1959-09-15/1959-09-27", 39.648, -77.465),
    "on-peaceful-coexistence": ("1959-10", 40.713, -74.006),
    "long-live-leninism": ("1960-04-16", 39.904, 116.407),
    "u2-shot-down": ("1960-05-01", 56.727, 60.986),
    "paris-summit": ("1960-05-16/1960-05-17", 48.870, 2.317),
    "bay-of-pigs": ("1961-04-17/1961-04-19", 22.066, -81.036),
    "vienna-summit": ("1961-06-03/1961-06-04", 48.208, 16.374),
    "berlin-border-sealed": ("1961-08-13", 52.516, 13.378),
    "cuban-missile-crisis": ("1962-10-16/1962-10-28", 22.717, -83.051),
    "american-university-speech": ("1963-06-10", 38.937, -77.089),
    "hotline-agreement": ("1963-06-20", 46.227, 6.140),
    "test-ban-treaty": ("1963-08-05", 55.752, 37.618),
    "khrushchev-removed": ("1964-10-14", 55.752, 37.618),
}

#: What happened elsewhere at the same time; these have no place on the map.
ELSEWHERE: dict[str, str] = {
    "soviet-thermonuclear-test": "1953-08-12",
    "castle-bravo": "1954-03-01",
    "bandung-conference": "1955-04-18/1955-04-24",
    "khrushchev-in-belgrade": "1955-05-26/1955-06-02",
    "polish-october": "1956-10-19/1956-10-21",
    "suez-crisis": "1956-10-29/1956-11-07",
    "kitchen-debate": "1959-07-24",
    "gagarin-in-orbit": "1961-04-12",
    "party-congress-1961": "1961-10-17/1961-10-31",
}

#: Person: years of birth and death; None where they could not be confirmed.
PEOPLE: dict[str, tuple[int | None, int | None]] = {
    "Nikita Khrushchev": (1894, 1971),
    "Georgy Malenkov": (1902, 1988),
    "Nikolai Bulganin": (1895, 1975),
    "Vyacheslav Molotov": (1890, 1986),
    "Georgy Chicherin": (1872, 1936),
    "Dwight Eisenhower": (1890, 1969),
    "John Foster Dulles": (1888, 1959),
    "John F. Kennedy": (1917, 1963),
    "Anthony Eden": (1897, 1977),
    "Harold Macmillan": (1894, 1986),
    "Edgar Faure": (1908, 1988),
    "Charles de Gaulle": (1890, 1970),
    "Imre Nagy": (1896, 1958),
    "Josip Broz Tito": (1892, 1980),
    "Fidel Castro": (1926, 2016),
    "Mao Zedong": (1893, 1976),
    "Enver Hoxha": (1908, 1985),
    "F. Gary Powers": (1929, 1977),
    "Joseph Stalin": (1878, 1953),
    "Vladimir Lenin": (1870, 1924),
    "Leonid Brezhnev": (1906, 1982),
    "Walter Ulbricht": (1893, 1973),
    "Andrei Gromyko": (1909, 1989),
    "Dean Acheson": (1893, 1971),
    "Konrad Adenauer": (1876, 1967),
    "Leopold Figl": (1902, 1965),
    "János Kádár": (1912, 1989),
    "Sergei Korolev": (1907, 1966),
    "Moshe Sharett": (1894, 1965),
    "Nam Il": (None, 1976),
    "William K. Harrison Jr.": (1895, 1987),
    "William S. B. Lacy": (1910, 1978),
    "Georgy Zarubin": (1900, 1958),
    "Charles C. Stelle": (None, None),
    "Semyon Tsarapkin": (1906, 1984),
    "Dean Rusk": (1909, 1994),
    "Lord Home (Alec Douglas-Home)": (1903, 1995),
    "Charles Bohlen": (1904, 1974),
    "Richard Nixon": (1913, 1994),
    "Władysław Gomułka": (1905, 1982),
    "Yuri Gagarin": (1934, 1968),
}

#: Event: its theme, its significance from 1 to 3, and the people in it.
WEIGHTS: dict[str, tuple[str, int, str]] = {
    "lenin-interview": ("ctx", 1, "lenin"),
    "genoa-conference": ("ctx", 2, "chicherin"),
    "nato-founded": ("ctx", 2, "acheson"),
    "stalin-dies": ("ctx", 3, "stalin"),
    "malenkov-peace-speech": ("coop", 3, "malenkov"),
    "chance-for-peace": ("coop", 2, "eisenhower"),
    "overture-to-yugoslavia": ("coop", 1, "molotov tito"),
    "east-german-uprising": ("conf", 2, "ulbricht"),
    "ties-with-israel-resume": ("coop", 1, "sharett molotov"),
    "korean-armistice": ("coop", 3, "nam-il harrison"),
    "malenkov-two-systems": ("coop", 2, "malenkov"),
    "malenkov-falls": ("ctx", 2, "malenkov bulganin"),
    "west-germany-joins-nato": ("conf", 2, "adenauer"),
    "warsaw-pact": ("conf", 3, "bulganin"),
    "austrian-state-treaty": ("coop", 3, "molotov dulles figl"),
    "geneva-summit": ("coop", 3, "bulganin khrushchev eisenhower eden faure"),
    "congress-open-report": ("coop", 3, "khrushchev"),
    "secret-speech": ("ctx", 3, "khrushchev"),
    "hungarian-revolution": ("conf", 3, "nagy kadar"),
    "sputnik": ("ctx", 2, "korolev"),
    "lacy-zarubin-agreement": ("coop", 2, "lacy zarubin"),
    "berlin-ultimatum": ("conf", 3, "khrushchev"),
    "khrushchev-in-america": ("coop", 3, "khrushchev eisenhower"),
    "on-peaceful-coexistence": ("coop", 2, "khrushchev"),
    "long-live-leninism": ("ctx", 2, "mao"),
    "u2-shot-down": ("conf", 3, "powers"),
    "paris-summit": ("conf", 3, "khrushchev eisenhower de-gaulle macmillan"),
    "bay-of-pigs": ("conf", 3, "kennedy castro"),
    "vienna-summit": ("conf", 2, "kennedy khrushchev"),
    "berlin-border-sealed": ("conf", 3, "ulbricht"),
    "cuban-missile-crisis": ("conf", 3, "kennedy khrushchev castro"),
    "american-university-speech": ("coop", 2, "kennedy"),
    "hotline-agreement": ("coop", 2, "stelle tsarapkin"),
    "test-ban-treaty": ("coop", 3, "rusk gromyko home"),
    "khrushchev-removed": ("ctx", 2, "khrushchev brezhnev"),
}

#: The glossary's terms.
TERMS = (
    "peaceful coexistence, bloc, de-Stalinization, the Thaw, Secret Speech, cult of personality, "
    "collective leadership, First Secretary, Supreme Soviet, summit, spirit of Geneva, Open Skies, armistice, "
    "neutrality, NATO, Warsaw Pact, brinkmanship, ultimatum, U-2, quarantine, hotline, Limited Test Ban Treaty (LTBT), "
    "Sino-Soviet split, revisionism, détente, Premier, Presidium, Central Committee, containment, satellite state, "
    "deterrence"
)

#: The essay's claims in their order: the verdict, and what its explanation must name.
CLAIMS: tuple[tuple[str, str], ...] = (
    ("partly", "September 1953|collective leadership|27 March 1958"),
    ("partly", "February 1920|Genoa in 1922|31 March 1952|1949"),
    ("partly", "15 March 1953|in substance|one translation|9 March|8 August 1953"),
    ("right", "February 1953|20 July 1953"),
    ("partly", "lower-ranking diplomats|6 June 1953|1955 and 1956"),
    ("partly", "September 1953|not confirmed"),
    ("partly", "27 July 1953|19 March 1953|no peace treaty|China, North Korea and the United States"),
    ("partly", "18–23 July 1955|Bulganin|Anthony Eden|Edgar Faure"),
    ("right", "No binding agreement|21 July|spirit of Geneva"),
    ("right", "14–25 February 1956|14 February|25 February"),
    ("partly", "different social systems|competition"),
    ("disputed", "1956|1958|1962"),
    ("unsupported", "No source with these exact words|attributed|27 September 1959"),
    ("right", "15–27 September 1959|25–27 September"),
    ("partly", "Ehrenburg|1954"),
    ("partly", "May 1955|July|February 1956"),
    ("wrong", "4 April 1949|14 May 1955|6 May 1955|9 May"),
    ("disputed", "a day before the Austrian State Treaty|defence|bargain|control"),
    ("right", "23 October|11 November 1956|4 November|2,500 to 3,000|670 to 720|13,000 to 20,000|200,000"),
    ("disputed", "Sverdlovsk|1 May 1960|October 1961|1963"),
    ("wrong", "16 May 1960|17 May|Eisenhower's visit"),
    ("right", "17–19 April 1961|13 August 1961|16 to 28 October 1962"),
    ("wrong", "October 1961|1963|1972"),
    ("disputed", "27 November 1958|15 May 1955|27 January 1958|10 June|20 June|5 August 1963"),
    ("disputed", "October 1962|Vietnam"),
)

#: Sources that speak with another voice than an American one.
VOICES: dict[str, str] = {
    "lenin-wiegand": "Soviet",
    "stalin-answers": "Soviet",
    "time-1953-08": "Soviet",
    "open-report-1956": "Soviet",
    "secret-speech-quoted": "Soviet",
    "un-hungary-report": "of five countries of the United Nations",
    "paris-meeting-1960": "Soviet",
    "red-flag-1960": "Chinese",
    "khrushchev-bucharest-1960": "Soviet",
}

#: What learners should be able to do.
OBJECTIVES: dict[str, str] = {
    "O1": "define peaceful coexistence and its limits",
    "O2": "identify key people, places and dates",
    "O3": "put events in order and reason from chronology",
    "O4": "explain why post-Stalin leaders sought lower tension",
    "O5": "explain how events helped or harmed coexistence",
    "O6": "check a secondary account against evidence",
    "O7": "analyze the content, purpose and limits of a primary source",
    "O8": "build a balanced judgment with the help of historians",
}

#: Route: the numbers of its sections, and its quiz.
ROUTES: dict[str, tuple[str, str]] = {
    "one-period": ("1 3 7 9", "check"),
    "three-lessons": ("1 2 3 4 5 6 7 8 9", "unit-test"),
    "flipped": ("1 2 3 4 5 6 7 8 9", "check"),
    "source-workshop": ("1 2 4 7 8", "source-workshop"),
}

"""What the Django applications have in common: a database in a file, sessions, and a page that shows who came."""

import os
import sys
from wsgiref.simple_server import make_server

import django
from django.conf import settings


def person(request):
    from django.http import JsonResponse

    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"error": "not signed in"})
    return JsonResponse({"email": user.email, "name": user.get_full_name(), "user": user.get_username()})


def serve(apps, backends, routes, more):
    """Runs the site. `routes` returns URL patterns; it is called when Django is set up."""
    settings.configure(
        SECRET_KEY=os.urandom(16).hex(),
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF="urls",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"]}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            *apps,
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            *more.pop("MORE_MIDDLEWARE", []),
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
        AUTHENTICATION_BACKENDS=backends,
        LOGIN_REDIRECT_URL="/me",
        LOGIN_REDIRECT_URL_FAILURE="/me",
        **more,
    )
    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    import urls
    from django.urls import path

    urls.urlpatterns.extend([*routes(), path("me", person)])
    call_command("migrate", verbosity=0)
    make_server("localhost", int(os.environ["PORT"]), get_wsgi_application()).serve_forever()


def recipe():
    """The settings that the recipe printed, or none."""
    given = {}
    if "RECIPE" in os.environ:
        # What belongs beside manage.py is in the same folder.
        sys.path.append(os.path.dirname(os.environ["RECIPE"]))
        exec(open(os.environ["RECIPE"]).read(), given)
    return {name: value for name, value in given.items() if name.isupper()}
